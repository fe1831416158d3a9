import type { Readable, Writable } from 'node:stream';
import { clampSize } from '#/domain/session.js';
import type { InkScreen, SizeSource } from './ink-streams.js';
import { freshLine, RESTORE_TERMINAL } from './restore-terminal.js';
import type { RawTerminal } from './services.js';

export interface Lender {
  readonly screen: InkScreen;
  readonly input: Readable;
  readonly output: Writable;
  readonly size: SizeSource;
}

/** Lends the raw terminal. Ink keeps off by now: what it wrote goes out first; what a session leaves switched on is switched off. */
export async function lendTerminal<T>(
  { screen, input, output, size }: Lender,
  borrow: (terminal: RawTerminal) => Promise<T>,
): Promise<T> {
  await screen.flushed();
  const sizeNow = () => clampSize(size.now().columns, size.now().rows);
  try {
    return await borrow({
      input,
      output,
      size: sizeNow,
      onResize: (listener) => size.onChange(() => listener(sizeNow())),
    });
  } finally {
    if (!output.destroyed && !output.writableEnded)
      output.write(RESTORE_TERMINAL + freshLine(sizeNow().columns));
  }
}
