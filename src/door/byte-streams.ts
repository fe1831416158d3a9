import { Readable, Writable } from 'node:stream';

const AHEAD = 64 * 1024;

/** What `source` says, as a stream of its own that can be destroyed without harm to the source. */
export function inputFrom(source: Readable): Readable {
  const input = new Readable({
    highWaterMark: AHEAD,
    read() {
      source.resume();
    },
  });
  input.on('error', () => undefined);
  source.on('data', (bytes: Buffer) => {
    if (!input.destroyed && !input.push(bytes)) source.pause();
  });
  source.on('end', () => {
    if (!input.destroyed) input.push(null);
  });
  return input;
}

/** Puts bytes somewhere; `sent` is called when the last of them is on its way. */
export type Send = (bytes: Buffer, sent: () => void) => void;

/** A stream whose every write waits for `send` to call back: one chunk is under way at a time. */
export function outputTo(send: Send): Writable {
  let underWay: (() => void) | null = null;
  const begin = (bytes: Buffer, sent: (error?: Error | null) => void): void => {
    const once = (): void => {
      if (underWay !== once) return;
      underWay = null;
      sent();
    };
    underWay = once;
    send(bytes, once);
  };
  const output = new Writable({
    highWaterMark: AHEAD,
    write: (bytes: Buffer, _encoding, sent) => begin(bytes, sent),
    // what gathered meanwhile goes as one: every piece would be a packet of its own
    writev: (pieces: { readonly chunk: Buffer }[], sent) =>
      begin(Buffer.concat(pieces.map((piece) => piece.chunk)), sent),
    destroy(error, done) {
      // or whoever waits for the write under way would wait for ever
      underWay?.();
      done(error);
    },
  });
  output.on('error', () => undefined);
  return output;
}
