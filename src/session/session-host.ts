import type { Socket } from 'node:net';
import type { ToHost } from '#/contract/session-link.js';
import { type Failure, failure } from '#/domain/failure.js';
import { parseId } from '#/domain/ids.js';
import { clampSize, type Ending } from '#/domain/session.js';
import type { Oversight } from './oversight/oversight.js';
import type { HostParts, SessionHostParts } from './parts.js';
import { type PortalLink, portalLink } from './portal-link.js';
import { isProven } from './proof.js';
import { type ActiveSession, runSession } from './run-session.js';
import { serveWatcher } from './serve-watcher.js';
import { createSharedLogins } from './shared-logins.js';
import type { Facts } from './tell-facts.js';

/** All sessions of one process. */
export interface SessionHost {
  /** A portal has connected to our socket. */
  receive(socket: Socket): void;
  /** The monitor has connected, for somebody who wants to watch. */
  watched(socket: Socket): void;
  /** True when there was such a session. */
  terminate(sessionId: string, ending: Ending): boolean;
  /** What others do with a session that runs; null: there is none of the name. */
  oversight(sessionId: string): Oversight | null;
  /** These have the recording of a session open while it runs. True when there is such a session. */
  followed(sessionId: string, by: readonly string[]): boolean;
  /** What each session is like now. */
  facts(): Iterable<{ readonly id: string; readonly facts: Facts | null }>;
  running(): string[];
  /** Ends every session as drained; resolves when their tapes are sealed, or after the patience in milliseconds. */
  drain(patience: number): Promise<void>;
}

type AttachMessage = Extract<ToHost, { type: 'attach' }>;
const FIRST_MESSAGE = 10_000;

export function createSessionHost(given: HostParts): SessionHost {
  const parts: SessionHostParts = { ...given, logins: createSharedLogins(given) };
  const sessions = new Map<string, ActiveSession>();
  let draining = false;

  return {
    receive,
    watched: (socket) =>
      serveWatcher(socket, { vault: parts.vault, find: (id) => sessions.get(id) ?? null, now: parts.now }),
    terminate,
    oversight(sessionId) {
      const session = sessions.get(sessionId);
      return session?.control.reason === null ? (session.live?.oversight ?? null) : null;
    },
    followed(sessionId, by) {
      const live = sessions.get(sessionId)?.live ?? null;
      live?.followed(by);
      return live !== null;
    },
    facts: () => sessions.values(),
    running: () => [...sessions.values()].filter((one) => one.landed).map((one) => one.id),
    drain,
  };

  function receive(socket: Socket): void {
    const link = portalLink(socket);
    const nonce = parts.random(32).toString('base64');
    const timer = setTimeout(
      () => refuse(link, failure('LANDING_REFUSED', 'the portal said nothing')),
      FIRST_MESSAGE,
    );
    link.listen({
      message(message) {
        clearTimeout(timer);
        if (message.type === 'open') open(link, nonce, message);
        else if (message.type === 'return') takeReturn(link, message);
        else if (message.type === 'attach') void attach(link, nonce, message);
        else refuse(link, failure('LANDING_REFUSED', 'the portal opened no session'));
      },
      data: () => undefined,
      drain: () => undefined,
      gone: () => clearTimeout(timer),
    });
    link.send({ type: 'challenge', nonce });
  }
  function open(link: PortalLink, nonce: string, message: Extract<ToHost, { type: 'open' }>): void {
    const id = parseId('session', message.sessionId);
    if (draining) return refuse(link, failure('SESSION_HOST_UNAVAILABLE', 'it is stopping'));
    if (id === null || sessions.has(id))
      return refuse(link, failure('LANDING_REFUSED', 'no such session is to be landed'));
    const session = runSession(parts, link, { ...message, lang: cleanLang(message.lang) }, nonce);
    sessions.set(id, session);
    void session.over
      .catch((error: unknown) => parts.log('session broke', error))
      .finally(() => sessions.delete(id));
  }
  function takeReturn(
    link: PortalLink,
    { sessionId, token, taken }: Extract<ToHost, { type: 'return' }>,
  ): void {
    link.keep();
    if (sessions.get(sessionId)?.returns?.take(link, token, taken) !== true)
      refuse(link, failure('SESSION_GONE'));
  }
  async function attach(link: PortalLink, nonce: string, message: AttachMessage): Promise<void> {
    link.keep();
    const key = parts.psmServer();
    if (key === null || !isProven(key, nonce, message))
      return refuse(link, failure('LANDING_REFUSED', 'the proof of PSMServer is wrong'));
    const redeemed = await parts.vault.ask('session.redeemAttach', {
      permit: message.permit,
      sessionId: message.sessionId,
    });
    if (!redeemed.ok) return refuse(link, redeemed.failure);
    const session = sessions.get(message.sessionId);
    const live = session?.live ?? null;
    if (
      session === undefined ||
      live === null ||
      session.control.reason !== null ||
      session.user !== redeemed.value.value.user
    )
      return refuse(link, failure('SESSION_GONE'));
    await live.attach(link, clampSize(message.columns, message.rows));
  }
  function terminate(sessionId: string, ending: Ending): boolean {
    const session = sessions.get(sessionId);
    session?.control.end(ending);
    return session !== undefined;
  }
  async function drain(patience: number): Promise<void> {
    draining = true;
    for (const session of sessions.values()) session.control.end({ kind: 'drained' });
    const all = Promise.allSettled([...sessions.values()].map((one) => one.over)).then(() =>
      parts.logins.end(),
    );
    await Promise.race([all, new Promise((resolve) => setTimeout(resolve, patience).unref())]);
  }
}

function refuse(link: PortalLink, because: Failure): void {
  link.send({ type: 'failed', failure: because });
  link.close();
}

/** A locale that the box's record can carry. */
function cleanLang(lang: string): string {
  return /^[A-Za-z0-9._@-]{1,64}$/.test(lang) ? lang : 'C.UTF-8';
}
