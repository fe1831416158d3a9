import { parentPort } from 'node:worker_threads';
import type { ToSearcher } from './protocol.js';
import { createSearcher } from './searcher.js';

/** The main of the thread of one search: the others in this process go on meanwhile. */
const search = createSearcher((message) => parentPort?.postMessage(message));
parentPort?.on('message', (message: ToSearcher) => search(message));
