import { type OneShot, openOneShot } from './one-shot.js';

/** The client says here that it is logged in, and waits: its session begins when `ready` has resolved. */
export async function openUp(path: string, ready: () => Promise<void>): Promise<OneShot> {
  return await openOneShot(path, 1, (socket) => {
    socket.resume();
    void ready().finally(() => socket.destroy());
  });
}
