import type { ToPortal } from '#/contract/session-link.js';
import type { ReturnKind } from '#/domain/lending.js';
import type { BackChannel, Lends, OpenBack } from '#/door/lends.js';
import { type HostLink, openHostLink } from './host-link.js';

/**
 * The target connects back to something of the person's: his client is asked to open it, and its bytes go over a connection
 * of their own to the session host. `open` null: the client that is here now has not offered it. Never rejects.
 */
export async function serveReturn(
  host: string,
  sessionId: string,
  { token }: Extract<ToPortal, { type: 'return' }>,
  open: OpenBack | null,
): Promise<void> {
  const channel = open === null ? null : await open();
  const link = await openHostLink(host);
  if ('refused' in link) return channel?.close();
  link.send({ type: 'return', sessionId, token, taken: channel !== null });
  if (channel === null) link.close();
  else carry(channel, link);
}

/** The way to what a client lends; null: this one does not. */
export function lentWay(lends: Lends, kind: ReturnKind): OpenBack | null {
  return kind === 'tcp' ? null : (lends.get(kind)?.open ?? null);
}

/** For the opening of a session: which screen of the client's display the target is told of. */
export function screenOf(lends: Lends): { readonly screen?: number } {
  const screen = lends.get('x11')?.screen;
  return screen === undefined ? {} : { screen };
}

/** Bytes both ways, each side only as fast as the other takes them; each may end before the other. */
function carry(channel: BackChannel, link: HostLink): void {
  const { input, output, gone } = channel;
  output.on('drain', () => link.resume());
  input.on('data', (bytes: Buffer) => {
    if (!link.data(bytes)) input.pause();
  });
  input.once('end', () => link.send({ type: 'eof' }));
  gone.addEventListener('abort', () => link.close(), { once: true });
  if (gone.aborted) link.close();
  link.listen({
    message(message) {
      if (message.type === 'eof') channel.eof();
      if (message.type === 'failed') channel.close();
    },
    data(bytes) {
      if (!output.write(bytes)) link.pause();
    },
    drain: () => void input.resume(),
    gone: () => channel.close(),
  });
}
