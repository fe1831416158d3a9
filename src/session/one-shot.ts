import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';

/** A socket in the session's directory that serves a few connections and is then gone. */
export interface OneShot {
  /** Closes and unlinks; connections under way go on. */
  readonly close: () => void;
}

/**
 * Opens a unix socket for `most` connections; after the last one it is closed and unlinked. Anybody may connect (0666):
 * the directory is bound into one box only, and nobody else can pass its parent.
 */
export async function openOneShot(
  path: string,
  most: number,
  onConnection: (socket: Socket) => void,
): Promise<OneShot> {
  let left = most;
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: false }, (socket) => {
    socket.on('error', () => socket.destroy());
    if (left <= 0) return void socket.destroy();
    left -= 1;
    if (left === 0) close();
    onConnection(socket);
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(path, resolve);
  await promise;
  server.on('error', () => undefined);
  chmodSync(path, 0o666);
  return { close };

  function close(): void {
    left = 0;
    if (server.listening) server.close();
    rmSync(path, { force: true });
  }
}

/** Everything the other side says up to its end; null when that is more than `most` bytes or it breaks off. */
export function readToEnd(socket: Socket, most: number): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const chunks: Buffer[] = [];
  let size = 0;
  socket.on('data', (bytes: Buffer) => {
    size += bytes.length;
    if (size > most) resolve(null);
    else chunks.push(bytes);
  });
  socket.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
  socket.once('close', () => resolve(null));
  return promise;
}
