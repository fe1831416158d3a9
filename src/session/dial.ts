import type { Socket } from 'node:net';
import { type OneShot, openOneShot } from './one-shot.js';

/** The box's only way out: one connection, relayed to a target that was connected before. */
export interface Dial extends OneShot {
  /** How the target ended the connection, when it was the first to do so. */
  readonly targetWentFirst: string | null;
  /** Milliseconds since the target last said anything. */
  readonly silence: number;
  /** Closes the socket and both connections. */
  end(): void;
}

/** `target` is paused; its bytes flow when the client has connected. Each side waits for the other (pipe). */
export async function openDial(path: string, target: Socket, now: () => number): Promise<Dial> {
  let lastHeard = now();
  let first: 'target' | 'client' | null = null;
  let how = '';
  let client: Socket | null = null;
  const over = (side: 'target' | 'client', why: string): void => {
    first ??= side;
    if (side === 'target') how ||= why;
  };
  target.on('error', (error: NodeJS.ErrnoException) =>
    over('target', error.code === 'ECONNRESET' ? 'reset' : (error.code ?? error.message)),
  );
  target.once('end', () => over('target', 'closed by the target'));
  target.once('close', () => {
    over('target', 'closed by the target');
    client?.destroySoon();
  });
  const server = await openOneShot(path, 1, (socket) => {
    client = socket;
    socket.once('end', () => over('client', ''));
    socket.once('close', () => {
      over('client', '');
      target.destroySoon();
    });
    if (target.destroyed) return void socket.destroy();
    socket.pipe(target);
    target.pipe(socket);
    target.on('data', () => (lastHeard = now()));
  });
  return {
    close: server.close,
    get targetWentFirst() {
      return first === 'target' ? how : null;
    },
    get silence() {
      return now() - lastHeard;
    },
    end() {
      server.close();
      client?.destroy();
      target.destroy();
    },
  };
}
