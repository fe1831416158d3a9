import type { TerminalSize } from '#/domain/session.js';
import type { RawTerminal } from '#/portal/services.js';
import type { HostLink, HostListener } from './host-link.js';

export interface SpliceOptions extends Pick<HostListener, 'message' | 'gone'> {
  /** The size that the session host was told. */
  readonly opened: TerminalSize;
}

/** Bytes both ways, each side only as fast as the other takes them. The result lets go of the terminal. */
export function splice(
  link: HostLink,
  terminal: RawTerminal,
  { opened, message, gone }: SpliceOptions,
): () => void {
  const { input, output } = terminal;
  const typed = (bytes: Buffer): void => {
    if (!link.data(bytes)) input.pause();
  };
  const roomAgain = (): void => link.resume();
  const stopResize = terminal.onResize((size) => link.send({ type: 'resize', ...size }));
  const { columns, rows } = terminal.size();
  if (columns !== opened.columns || rows !== opened.rows) link.send({ type: 'resize', columns, rows });
  output.on('drain', roomAgain);
  link.listen({
    message,
    gone,
    data(bytes) {
      if (!output.write(bytes)) link.pause();
    },
    drain: () => void input.resume(),
  });
  input.on('data', typed);
  input.resume();
  link.resume();
  return () => {
    stopResize();
    input.off('data', typed);
    input.pause();
    // typed ahead for the session that is over: the menu must not take it for a choice
    while (input.read() !== null);
    output.off('drain', roomAgain);
  };
}
