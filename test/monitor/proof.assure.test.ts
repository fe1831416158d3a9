import { everyEditIsFound } from './proof-body.js';

everyEditIsFound(10_000);
