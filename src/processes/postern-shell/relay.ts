import { spawnSync } from 'node:child_process';
import type { Socket } from 'node:net';
import type { ReadStream, WriteStream } from 'node:tty';
import { encodeFrame, encodeJson, FRAME, FrameDecoder } from '#/contract/frame.js';
import type { FromRelay, ToRelay } from '#/door/shell-link.js';

export interface RelayOptions {
  readonly keyboard: ReadStream;
  readonly screen: WriteStream;
  readonly hello: Pick<Extract<FromRelay, { type: 'hello' }>, 'term' | 'lang' | 'user' | 'from'>;
  readonly complain: (sentence: string) => void;
  /** Exit status when there is no portal. */
  readonly unavailable: number;
}

/** In case the portal could not say goodbye: mouse, paste and focus reports off, cursor shown, normal screen and looks; in
 * this order the cursor stays where it is on the normal screen. */
const CALM =
  '\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1004l\x1b[?2004l\x1b[?1l\x1b>\x1b[?25h\x1b[?1049h\x1b[?1049l\x1b[0m';
const LONGEST = 1024;

/** Carries bytes both ways until the portal or the terminal is gone; the terminal is left as it was. Gives the exit status. */
export async function relay(
  socket: Socket,
  { keyboard, screen, hello, complain, unavailable }: RelayOptions,
): Promise<number> {
  const over = Promise.withResolvers<number>();
  const decoder = new FrameDecoder();
  let reached = false;
  let farewell = false;
  const say = (message: FromRelay): void => void socket.write(encodeJson(message));
  const size = () => ({ columns: screen.columns, rows: screen.rows });
  const hear = (message: ToRelay): void => {
    farewell = true;
    if (message.type === 'refused') complain(message.message);
    over.resolve(message.type === 'exit' ? message.status : unavailable);
  };
  const lost = (why: string): void => {
    if (!reached)
      complain(`Postern does not answer (${why}). Try again in a moment; on the bastion: postern doctor`);
    over.resolve(unavailable);
  };
  const onResize = (): void => say({ type: 'resize', ...size() });
  const onKeys = (bytes: Buffer): void => {
    if (!socket.write(encodeFrame(FRAME.data, bytes))) keyboard.pause();
  };
  socket.on('connect', () => {
    reached = true;
    say({ type: 'hello', version: 1, ...size(), ...cut(hello) });
  });
  socket.on('data', (bytes: Buffer) => {
    for (const frame of decoder.push(bytes)) {
      if (frame.kind === FRAME.json) hear(JSON.parse(frame.payload.toString('utf8')) as ToRelay);
      else if (!screen.write(frame.payload)) socket.pause();
    }
  });
  socket
    .on('error', (error) => lost(error.message))
    .on('close', () => lost('the connection was closed'))
    .on('drain', () => keyboard.resume());
  screen
    .on('drain', () => socket.resume())
    .on('resize', onResize)
    .on('error', () => over.resolve(unavailable));
  makeRaw(keyboard);
  keyboard
    .on('data', onKeys)
    .on('end', () => over.resolve(0))
    .on('error', () => over.resolve(unavailable));
  for (const signal of ['SIGHUP', 'SIGTERM', 'SIGINT', 'SIGQUIT'] as const)
    process.on(signal, () => over.resolve(unavailable));

  const status = await over.promise;
  screen.off('resize', onResize);
  keyboard.off('data', onKeys).pause();
  socket.destroy();
  calm(keyboard, screen, reached && !farewell);
  return status;
}

/** Node's raw mode still turns every \n that is shown into \r\n: a session's bytes must stay what they are. */
function makeRaw(keyboard: ReadStream): void {
  keyboard.setRawMode(true);
  spawnSync('stty', ['raw', '-echo'], { stdio: ['inherit', 'ignore', 'ignore'] });
}

/** A portal that said goodbye has put the screen in order itself. */
function calm(keyboard: ReadStream, screen: WriteStream, disorder: boolean): void {
  try {
    keyboard.setRawMode(false);
    if (disorder) screen.write(CALM);
  } catch {
    // the terminal is gone
  }
}

function cut<T extends Readonly<Record<string, string>>>(texts: T): T {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, text.slice(0, LONGEST)])) as T;
}
