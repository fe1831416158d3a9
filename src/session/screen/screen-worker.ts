import { parentPort } from 'node:worker_threads';
import { learnCharsets } from './charsets.js';
import { createModel, type Model } from './model.js';
import type { FromWorker, ToWorker } from './protocol.js';
import { standBack } from './stand-back.js';

/** The main of the thread in which the terminal models of one session host run. */
standBack();
const charsets = learnCharsets();
const models = new Map<number, Model>();
const say = (message: FromWorker): void => parentPort?.postMessage(message);

parentPort?.on('message', (messages: readonly ToWorker[]) => {
  for (const message of messages) take(message);
});

/** Milliseconds, more than a picture must stand to count as read. */
const LOOK_UP = 2000;
setInterval(() => {
  for (const model of models.values()) model.lookUp();
}, LOOK_UP);

function take(message: ToWorker): void {
  if (message.type === 'open') return open(message);
  const model = models.get(message.screen);
  if (model === undefined) return;
  switch (message.type) {
    case 'write':
      return model.write(
        message.bytes,
        () => say({ type: 'taken', screen: message.screen, bytes: message.bytes.length }),
        message.at,
      );
    case 'typed':
      return model.typed(message.bytes, message.at);
    case 'flush':
      return model.flush(() => say({ type: 'flushed', request: message.request }));
    case 'resize':
      return model.resize(message);
    case 'snapshot':
      return model.snapshot((shot) => say({ type: 'snapshot', request: message.request, ...shot }));
    case 'close':
      models.delete(message.screen);
      return model.close();
    default:
      return message satisfies never;
  }
}

function open({ screen, columns, rows }: Extract<ToWorker, { type: 'open' }>): void {
  models.set(
    screen,
    createModel({ columns, rows }, charsets, {
      command: ({ text, at }) => say({ type: 'command', screen, text, at }),
      text: (lines) => say({ type: 'text', screen, lines }),
    }),
  );
}
