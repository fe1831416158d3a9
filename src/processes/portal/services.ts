import type { CallArgs, CallName, CallResult, LoggedIn } from '#/contract/calls.js';
import { decodeSecretPayload, encodeSecretPayload } from '#/contract/secret-payload.js';
import { socketPath } from '#/contract/sockets.js';
import type { Delimiters } from '#/domain/destination.js';
import { forTarget } from '#/domain/environment.js';
import { type FailureCode, failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { TerminalSize } from '#/domain/session.js';
import type { Terminal } from '#/door/terminal.js';
import { base32 } from '#/portal/otpauth.js';
import type { Destination, PortalServices, SessionHooks, SessionResult } from '#/portal/services.js';
import type { VaultLink } from '../shared/vault-link.js';
import { filterFor, whyUnsettled } from './direct-words.js';
import { findDestination } from './find-destination.js';
import { type Landing, land } from './landing.js';
import { manageServices } from './manage-services.js';
import { openReplay } from './replay-link.js';
import { lentWay, screenOf, serveReturn } from './serve-return.js';
import { walkSession } from './session-walk.js';
import { watchServices } from './watch-services.js';
import { webPages } from './web-pages.js';

export interface ServicesOptions {
  readonly vault: VaultLink;
  readonly run: string;
  readonly terminal: Pick<
    Terminal,
    | 'offerPages'
    | 'onRequest'
    | 'lends'
    | 'from'
    | 'via'
    | 'term'
    | 'user'
    | 'cameTo'
    | 'lang'
    | 'env'
    | 'direct'
    | 'reason'
    | 'reasonGiven'
    | 'identified'
    | 'forgotten'
    | 'attemptRefused'
  >;
  /** From the door, when the person proved a key there. */
  readonly login: LoggedIn | null;
  readonly delimiters: Delimiters;
  /** A session took the terminal, or gave it back. */
  readonly onLive: (live: boolean) => void;
}

export interface ServedPerson {
  readonly services: PortalServices;
  /** The terminal is gone: the login ends with it; sessions live on. */
  close(): void;
}

const REFUSED_LOGINS: readonly FailureCode[] = ['LOGIN_REFUSED', 'LOGIN_THROTTLED', 'CODE_REFUSED'];

/** Answers the screens of one connected person by asking the vault, a session host or the monitor. */
/** Nobody reads more: he types more of what he looks for. */
const MOST_HITS = 500;

export function servePerson({
  vault,
  run,
  terminal,
  login,
  delimiters,
  onLive,
}: ServicesOptions): ServedPerson {
  let ticket = login?.ticket ?? null;
  // the login of a direct connection serves its other channels too: it does not end here
  let shared = terminal.direct !== null;
  // until the second factor is done, whoever this is counts as a stranger
  let known = login?.secondFactor === 'done';
  if (known) terminal.identified();
  const nowKnown = (): void => {
    known = true;
    terminal.identified();
  };

  type Ticketed = { [K in CallName]: CallArgs<K> extends { readonly ticket: string } ? K : never }[CallName];
  const forget = (): void => {
    pages.close();
    ticket = null;
    known = false;
    terminal.forgotten();
  };
  const askWithBlob = async <K extends Ticketed>(
    call: K,
    args: Omit<CallArgs<K>, 'ticket'>,
    blob?: Buffer,
  ): ReturnType<typeof vault.ask<K>> => {
    if (ticket === null) return failed(failure('NOT_LOGGED_IN'));
    const asked = ticket;
    const answer = await vault.ask(call, { ...args, ticket: asked } as unknown as CallArgs<K>, blob);
    if (!answer.ok && answer.failure.code === 'NOT_LOGGED_IN' && ticket === asked) forget();
    return answer;
  };
  /** Asks for the person; a login that is over is forgotten here too. */
  const ask = async <K extends Ticketed>(
    call: K,
    args: Omit<CallArgs<K>, 'ticket'>,
    blob?: Buffer,
  ): Promise<Outcome<CallResult<K>>> => {
    const answer = await askWithBlob(call, args, blob);
    return answer.ok ? done(answer.value.value) : answer;
  };
  /** A code of somebody who is not known yet: wrong ones count as tries of his connection. */
  const tried = <T>(answer: Outcome<T>): Outcome<T> => {
    if (answer.ok && !known) nowKnown();
    if (!answer.ok && !known && REFUSED_LOGINS.includes(answer.failure.code)) terminal.attemptRefused();
    return answer;
  };
  const walk = async (
    landing: Landing,
    opening: { readonly type: 'open' | 'attach' } & TerminalSize,
    hooks: SessionHooks,
  ): Promise<SessionResult> => {
    const landed = await land(vault, run, landing, hooks);
    if (!landed.ok) return { kind: 'failed', failure: landed.failure };
    const { sessionId, permit } = landing;
    const { columns, rows } = opening;
    const common = { sessionId, permit, proof: landed.value.proof, columns, rows };
    return await walkSession({
      link: landed.value.link,
      opening:
        opening.type === 'attach'
          ? { type: 'attach', ...common }
          : {
              type: 'open',
              ...common,
              term: terminal.term,
              lang: terminal.lang,
              environment: forTarget(terminal.env),
              ...screenOf(terminal.lends()),
            },
      onReturn: (asked) =>
        void serveReturn(landed.value.link.path, sessionId, asked, lentWay(terminal.lends(), asked.kind)),
      hooks: { ...hooks, takeTerminal: whileLive(hooks, onLive) },
      onRequest: terminal.onRequest,
      decideHostKey: (decision) => ask('person.decideHostKey', { sessionId, decision }),
    });
  };

  const pages = webPages({ run, terminal, ask });
  const services: PortalServices = {
    async configuration() {
      const trouble = await vault.trouble();
      if (trouble !== null) return failed(trouble);
      const answer = await vault.ask('portal.configuration', {});
      return answer.ok ? done(answer.value.value) : answer;
    },
    async login(user, password, method) {
      const answer = await vault.ask(
        'person.login',
        { user, method, from: terminal.from, via: terminal.via },
        password,
      );
      if (answer.ok) {
        const { ticket: given, ...rest } = answer.value.value;
        ticket = given;
        shared = false;
        if (rest.secondFactor === 'done') nowKnown();
        return done(rest);
      }
      if (REFUSED_LOGINS.includes(answer.failure.code)) terminal.attemptRefused();
      return answer;
    },
    async changePassword(old, next) {
      const payload = encodeSecretPayload(next, old);
      const answer = await ask('person.changePassword', {}, payload);
      payload.fill(0);
      return answer;
    },
    verifyCode: async (code) => tried(await ask('person.secondFactor.verify', {}, code)),
    secondFactor: () => ask('person.secondFactor.state', {}),
    async beginEnrolment(proof) {
      const answer = await askWithBlob('person.secondFactor.begin', {}, proof);
      if (!answer.ok) return answer;
      const { value, blob: secret = Buffer.alloc(0) } = answer.value;
      const key = base32(secret);
      secret.fill(0);
      return done({ ...value, key });
    },
    async confirmEnrolment(code) {
      const answer = tried(await askWithBlob('person.secondFactor.confirm', {}, code));
      return answer.ok ? done((answer.value.blob?.toString('utf8') ?? '').split('\n')) : answer;
    },
    removeSecondFactor: (proof) => ask('person.secondFactor.remove', {}, proof),
    keys: () => ask('person.keys', {}),
    addKey: (key, proof) => ask('person.key.add', { key }, proof),
    removeKey: (fingerprint) => ask('person.key.remove', { fingerprint }),
    async logout() {
      if (shared) {
        pages.close();
        ticket = null;
        return done(null);
      }
      const answer = await ask('person.logout', {});
      forget();
      return answer;
    },
    async destination() {
      const target = terminal.direct?.target ?? null;
      if (ticket === null || target === null) return failed(failure('NOT_LOGGED_IN'));
      const found = await findDestination(vault, ticket, target, delimiters);
      if (!found.ok || found.value.kind === 'account') return found as Outcome<Destination>;
      const typist = { person: '', target, delimiters };
      return done({
        kind: 'choose',
        filter: filterFor(found.value, typist),
        why: whyUnsettled(found.value, typist),
      });
    },
    accounts: () => ask('person.accounts', {}),
    favourite: (accountId, on) => ask('person.favourite', { accountId, on }),
    recordings: (page) => ask('person.recordings', page),
    holdRecording: (recordingId, held, reason) => ask('person.recording.hold', { recordingId, held, reason }),
    deleteRecording: (recordingId, reason) => ask('person.recording.delete', { recordingId, reason }),
    sessions: () => ask('person.sessions', {}),
    approveHostKey: (accountId, seen) => ask('person.approveHostKey', { accountId, seen }),
    reason: terminal.reason,
    async connect(account, { columns, rows }, hooks, reason) {
      if (reason !== undefined) terminal.reasonGiven(reason);
      const why = reason ?? terminal.reason;
      hooks.onStage(0, 'begun');
      const permitted = await ask('person.connect', {
        accountId: account.id,
        columns,
        rows,
        term: terminal.term,
        ...(why === null ? {} : { reason: why }),
        ...(terminal.lends().size === 0 ? {} : { lends: [...terminal.lends().keys()] }),
      });
      if (!permitted.ok) return { kind: 'failed', failure: permitted.failure };
      hooks.onStage(0, 'done');
      return await walk(permitted.value, { type: 'open', columns, rows }, hooks);
    },
    async reattach(sessionId, { columns, rows }, hooks) {
      const permitted = await ask('person.reattach', { sessionId });
      if (!permitted.ok) return { kind: 'failed', failure: permitted.failure };
      const { permit, host } = permitted.value;
      return await walk({ sessionId, permit, hosts: [host] }, { type: 'attach', columns, rows }, hooks);
    },
    retrieve: async (accountId, reason, purpose) => {
      if (ticket === null) return failed(failure('NOT_LOGGED_IN'));
      const answer = await vault.ask('person.account.retrieve', { ticket, accountId, reason, purpose });
      if (!answer.ok) return answer;
      const payload = decodeSecretPayload(answer.value.blob ?? Buffer.alloc(0));
      return payload === null ? failed(failure('PROTOCOL', 'the secret did not come')) : done(payload);
    },
    ...manageServices(ask),
    safes: () => ask('person.safes', {}),
    platforms: () => ask('person.platforms', {}),
    members: (safe) => ask('person.members', { safe }),
    putMember: (wanted) => ask('person.member.put', wanted),
    removeMember: (safe, member) => ask('person.member.remove', { safe, member }),
    audit: (safe) => (safe === null ? ask('person.audit', {}) : ask('person.safe.audit', { safe })),
    search: (text, filter, listener) =>
      openReplay({
        path: socketPath(run, 'monitor'),
        listener,
        opening: async () => {
          const granted = await ask('person.search', { text, filter });
          return granted.ok
            ? done({ type: 'search', permit: granted.value.permit, most: MOST_HITS })
            : granted;
        },
      }),
    webLink: (recordingId) => pages.link(recordingId),
    replay: (recordingId, size, listener) =>
      openReplay({
        path: socketPath(run, 'monitor'),
        opening: async () => {
          const granted = await ask('person.replay', { recordingId });
          return granted.ok ? done({ type: 'replay', permit: granted.value.permit, ...size }) : granted;
        },
        listener,
      }),
    ...watchServices(ask, run),
  };
  return {
    services,
    close() {
      pages.close();
      if (ticket !== null && !shared) void vault.ask('person.logout', { ticket });
      ticket = null;
    },
  };
}

function whileLive(hooks: SessionHooks, onLive: (live: boolean) => void): SessionHooks['takeTerminal'] {
  return async (use) => {
    onLive(true);
    return await hooks.takeTerminal(use).finally(() => onLive(false));
  };
}
