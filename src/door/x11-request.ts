import type { Connection } from 'ssh2';
import { LAST_SCREEN } from '#/domain/lending.js';
import { LONGEST_X11_PART, readX11Setup, withX11Key, type X11Key } from '#/domain/x11-setup.js';
import type { Send } from './byte-streams.js';
import type { BackChannel, Way } from './lends.js';
import { openX11Channel } from './ssh2-back.js';
import type { Outflow } from './ssh2-guards.js';

/** What a client says with x11-req (RFC 4254 §6.3.1), as ssh2 gives it: the cookie is hexadecimal on the wire. */
export interface X11Request {
  readonly single?: unknown;
  readonly protocol?: unknown;
  readonly cookie?: unknown;
  readonly screen?: unknown;
}

export interface X11Wish {
  readonly key: X11Key;
  /** For one connection only. */
  readonly single: boolean;
  readonly screen: number;
}

const PROTOCOL = /^[!-~]{1,256}$/;
const COOKIE = /^(?:[0-9a-fA-F]{2})+$/;

/** Null: it is not well formed. */
export function readX11Request({ single, protocol, cookie, screen }: X11Request): X11Wish | null {
  const hex = Buffer.isBuffer(cookie) ? cookie.toString('latin1') : '';
  const number = typeof screen === 'number' ? screen : -1;
  if (typeof protocol !== 'string' || !PROTOCOL.test(protocol)) return null;
  if (!COOKIE.test(hex) || hex.length > 2 * LONGEST_X11_PART || number < 0 || number > LAST_SCREEN)
    return null;
  return { key: { protocol, data: Buffer.from(hex, 'hex') }, single: single === true, screen: number };
}

/** The way to the display of a client, as long as the session is open that it was offered for. */
export function wayToDisplay(
  connection: Connection,
  outflow: Outflow,
  { key, single, screen }: X11Wish,
  over: AbortSignal,
): Way {
  let opened = 0;
  return {
    screen,
    async open() {
      if (over.aborted || (single && opened > 0)) return null;
      opened += 1;
      const channel = await openX11Channel(connection, outflow, (send, fail) => withKey(key, send, fail));
      if (channel !== null) closeWith(channel, over);
      return channel;
    },
  };
}

function closeWith(channel: BackChannel, over: AbortSignal): void {
  const close = (): void => channel.close();
  over.addEventListener('abort', close, { once: true });
  channel.gone.addEventListener('abort', () => over.removeEventListener('abort', close), { once: true });
  if (over.aborted) close();
}

/** The target never sees with what the display is opened: it is put in here, into the first words of each of its programs. */
export function withKey(key: X11Key, send: Send, fail: () => void): Send {
  let heard: Buffer | null = Buffer.alloc(0);
  return (bytes, sent) => {
    if (heard === null) return send(bytes, sent);
    heard = Buffer.concat([heard, bytes]);
    const setup = readX11Setup(heard);
    if (setup.kind === 'more') return sent();
    if (setup.kind === 'malformed') return fail();
    const whole = withX11Key(heard, setup.length, key);
    heard = null;
    send(whole, sent);
  };
}
