import { everyEditIsFound } from './proof-body.js';

everyEditIsFound(250);
