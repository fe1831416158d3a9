import type { Socket } from 'node:net';
import { readX11Setup } from '#/domain/x11-setup.js';

/** Milliseconds that a program may take for its first words. */
const PATIENCE = 30_000;

/**
 * Waits for all of what a program says first to an X server, and leaves it to be read: the client in the box says nothing
 * before the program has shown the cookie that the target was given. Resolves with null, or with why nobody is to be asked.
 */
export function x11Begins(socket: Socket): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  let heard = Buffer.alloc(0);
  const timer = setTimeout(() => settle('its first words did not come in time'), PATIENCE);
  const hear = (bytes: Buffer): void => {
    heard = Buffer.concat([heard, bytes]);
    const setup = readX11Setup(heard);
    if (setup.kind === 'malformed') settle('it does not begin as X11 does');
    if (setup.kind !== 'whole') return;
    socket.off('data', hear).pause();
    socket.unshift(heard);
    settle(null);
  };
  const left = (): void => settle('it was not let in at the target, or left at once');
  socket.on('data', hear).once('end', left).once('close', left);
  return promise;

  function settle(why: string | null): void {
    clearTimeout(timer);
    socket.off('data', hear).off('end', left).off('close', left);
    resolve(why);
  }
}
