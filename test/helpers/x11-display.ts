import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { freePort } from './target.ts';

/** The place of an X server of this machine, which lets in who has its cookie, and says back in capitals what it is told. */
export interface Display {
  /** For DISPLAY and XAUTHORITY of the person's client. */
  readonly env: Readonly<Record<string, string>>;
  /** Hexadecimal: only who is at this end knows it. */
  readonly cookie: string;
  /** The names and cookies that programs came with, in the order of their coming. */
  readonly came: readonly string[];
  readonly open: () => number;
  /** Says something to all that are open. */
  say(bytes: Buffer): void;
  stop(): void;
}

const UNIX = '/tmp/.X11-unix';

export async function startDisplay(folder: string): Promise<Display> {
  const number = await freePort();
  const cookie = randomBytes(16).toString('hex');
  const authority = `${folder}/authority`;
  const name = `:${number}`;
  execFileSync('xauth', ['-q', '-f', authority, 'add', name, 'MIT-MAGIC-COOKIE-1', cookie], {
    stdio: 'pipe',
  });
  mkdirSync(UNIX, { recursive: true });
  chmodSync(UNIX, 0o1777);
  const came: string[] = [];
  const open = new Set<Socket>();
  const path = `${UNIX}/X${number}`;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket);
    let heard = Buffer.alloc(0);
    let isIn = false;
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
    socket.on('data', (bytes: Buffer) => {
      heard = Buffer.concat([heard, bytes]);
      if (isIn) socket.write(heard.toString('latin1').toUpperCase());
      if (!isIn && heard.length < 48) return;
      if (!isIn) {
        // the only set-up that these tests send: a little-endian one with a cookie of this kind
        came.push(`${heard.toString('latin1', 12, 30)} ${heard.toString('hex', 32, 48)}`);
        isIn = heard.toString('hex', 32, 48) === cookie;
        if (!isIn) return void socket.end('no\n');
        socket.write(`in\n${heard.toString('latin1', 48).toUpperCase()}`);
      }
      heard = Buffer.alloc(0);
    });
    socket.on('end', () => socket.end('bye\n'));
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    env: { DISPLAY: name, XAUTHORITY: authority },
    cookie,
    came,
    open: () => open.size,
    say(bytes) {
      for (const socket of open) socket.write(bytes);
    },
    stop() {
      for (const socket of open) socket.destroy();
      server.close();
      rmSync(path, { force: true });
    },
  };
}
