import type { Socket } from 'node:net';
import type { CallArgs, CallResult } from '#/contract/calls.js';
import type { SessionGrant } from '#/contract/rows.js';
import type { ToHost } from '#/contract/session-link.js';
import { forTarget } from '#/domain/environment.js';
import { failure } from '#/domain/failure.js';
import { forwardText } from '#/domain/forward-pattern.js';
import type { HostKey } from '#/domain/host-key.js';
import type { Lendable } from '#/domain/lending.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { shownText } from '#/domain/raw-text.js';
import { cleanTerm } from '#/domain/session.js';
import { NO_TERMINAL } from '#/domain/tape.js';
import type { OpenTape } from '#/recorder/tape.js';
import type { Anteroom } from './anteroom.js';
import { openClientSockets } from './client-sockets.js';
import type { Control } from './control.js';
import { type Credential, readCredential } from './credential.js';
import { NOTICE_LINE } from './ending.js';
import { learnHostKey } from './learn-host-key.js';
import { openLent } from './lend.js';
import { startLiveSession, type TerminalSession } from './live-session.js';
import { type Client, startClient } from './log-in.js';
import { waitForCompany } from './oversight/wait-for-company.js';
import type { SessionHostParts } from './parts.js';
import { commandFile, plainOf } from './plain-channel.js';
import type { PortalLink } from './portal-link.js';
import { isProven } from './proof.js';
import { makeSessionDirectory, type SessionDirectory } from './session-directory.js';
import { clientPaths, sshConfig } from './ssh-config.js';
import { countedTape, type TapeFacts } from './tape-facts.js';
import { connectTarget } from './target.js';
import type { RunningClient } from './trail.js';

export type OpenMessage = Extract<ToHost, { type: 'open' }>;

/** What every step of one session has at hand. `cleanup` runs when the session is over, last things first. */
export interface Steps {
  readonly parts: SessionHostParts;
  readonly link: PortalLink;
  readonly message: OpenMessage;
  readonly nonce: string;
  readonly control: Control;
  readonly anteroom: Anteroom;
  readonly cleanup: DisposableStack;
  /** The tape as soon as it is open: whatever happens, it is closed with the ending. */
  readonly recording: (tape: OpenTape, facts: TapeFacts) => void;
  /** Its client as soon as it runs: whatever happens, it is ended. */
  readonly running: (client: RunningClient) => void;
  /** Its terminal, when it waits for a second person to join. */
  readonly waiting: (live: TerminalSession) => void;
  /** The target connects to what the person lends it. */
  readonly lent: (kind: Lendable, socket: Socket) => void;
}

/** Stage 3: PSMConnect takes the session, from a portal that proves that it may land one. */
export async function takeLanding(
  steps: Steps,
  rides = false,
): Promise<Outcome<CallResult<'session.landed'>>> {
  const { parts, message } = steps;
  const trouble = (await parts.vault.trouble?.()) ?? null;
  if (trouble !== null) return failed({ ...trouble, stage: 3 });
  const key = parts.psmServer();
  if (key === null) return failed(failure('LANDING_REFUSED', 'the vault has not said yet who PSMServer is'));
  if (!isProven(key, steps.nonce, message))
    return failed(failure('LANDING_REFUSED', 'the proof of PSMServer is wrong'));
  const landed = await parts.vault.ask('session.landed', {
    permit: message.permit,
    sessionId: message.sessionId,
    ...(rides ? { rides } : {}),
  });
  return landed.ok ? done(landed.value.value) : landed;
}

export interface Granted {
  readonly grant: SessionGrant;
  readonly credential: Credential;
}

/** Stage 4: PSMGW retrieves the secret, for this person and this session. It is wiped with the session, or sooner. */
export async function retrieveSecret(steps: Steps): Promise<Outcome<Granted>> {
  const granted = await redeemSecret(steps, true);
  if (!granted.ok) return granted;
  const held = granted.value.credential;
  if (held.kind === 'password') steps.cleanup.defer(() => held.secret.wipe());
  return granted;
}

/** The same; whoever asks is the one to wipe it. `alone`: its login will carry no other session. */
export async function redeemSecret({ parts, message }: Steps, alone = false): Promise<Outcome<Granted>> {
  const redeemed = await parts.vault.ask('session.redeem', {
    permit: message.permit,
    sessionId: message.sessionId,
    ...(alone ? { alone } : {}),
  });
  if (!redeemed.ok) return redeemed;
  const grant = redeemed.value.value;
  if (!isGranted(message.channel, grant)) {
    redeemed.value.blob?.fill(0);
    return failed(WRONG_PERMIT);
  }
  const credential = readCredential(grant.secretKind, redeemed.value.blob);
  return credential.ok ? done({ grant, credential: credential.value }) : credential;
}

export const WRONG_PERMIT = failure('PERMIT_REFUSED', 'the permit is for another kind of connection');

/** A permit for a forwarded connection is for that one place; one for a session is for no connection beyond the target. */
export function isGranted(channel: OpenMessage['channel'], { forward, listen }: SessionGrant): boolean {
  const granted = channel?.kind === 'listen' ? listen : forward;
  if (channel?.kind !== 'forward' && channel?.kind !== 'listen') return forward === null && listen === null;
  return granted !== null && forwardText(granted) === forwardText(channel);
}

/** Still stage 4: which key the target is to show. */
export async function settleHostKey(
  steps: Steps,
  { grant }: Pick<Granted, 'grant'>,
  directory: SessionDirectory,
): Promise<Outcome<HostKey>> {
  const { parts, link, message, control, anteroom } = steps;
  return await learnHostKey({
    parts,
    link,
    grant,
    directory,
    term: cleanTerm(message.term),
    lang: message.lang,
    signal: control.signal,
    decided: () => anteroom.decided(),
  });
}

export interface Ready {
  readonly grant: SessionGrant;
  readonly tape: OpenTape;
  readonly hostKey: HostKey;
  readonly login: LoginEvents;
  readonly client: Client;
  /** The login is over, whichever way: the next may try. */
  readonly leaveLine: () => void;
  readonly healed: string | null;
  /** The person's terminal, where it was needed before the target: to wait for a second person. */
  readonly terminal: TerminalSession | null;
}

/** What the client says through its sockets while it logs in. */
export interface LoginEvents {
  /** The client may have the secret. */
  readonly allowed: Promise<void>;
  allow(): void;
  /** The client is logged in and waits until `letGo`. */
  readonly up: Promise<void>;
  letGo(): void;
  readonly askedAgain: Promise<string>;
}

/**
 * Stage 5: recorder and shadow identity, then the target port and the sandbox: without a tape the target hears nothing. The
 * client finds its way to the target's login while the next stages pass; its secret it gets at stage 7.
 */
export async function prepare(
  steps: Steps,
  granted: Granted,
  hostKey: HostKey,
  directory: SessionDirectory,
  begun: { readonly tape: OpenTape; readonly terminal: TerminalSession } | null = null,
): Promise<Outcome<Ready>> {
  const { parts, message, control, cleanup, anteroom } = steps;
  const { grant } = granted;
  const [tape, shadow] = await Promise.all([
    begun === null ? startTape(steps, grant) : done(begun.tape),
    parts.vault.ask('session.shadow', {
      sessionId: grant.sessionId,
      term: cleanTerm(message.term),
      lang: message.lang,
      program: message.channel === undefined ? 'ssh' : 'command',
    }),
  ]);
  if (!tape.ok) return tape;
  if (!shadow.ok) return shadow;
  const { level, healed } = shadow.value.value;
  const paths = clientPaths(level, { session: directory.path, inside: parts.inside });
  directory.write(
    'ssh_config',
    sshConfig({
      paths,
      user: grant.target.user,
      port: grant.target.port,
      secretKind: grant.secretKind,
      hostKey,
      environment: forTarget(Object.entries(message.environment ?? {})),
      keepAliveSeconds: parts.keepAliveSeconds,
      lent: grant.lending.lent,
    }),
  );
  if (message.channel !== undefined) {
    const command = commandFile(message.channel);
    if (command === null) return failed(failure('COMMAND_TOO_LONG'));
    directory.write('command', command);
  }
  const early =
    begun === null && grant.policy.fourEyes
      ? await accompanied(steps, grant, tape.value)
      : done(begun?.terminal ?? null);
  if (!early.ok) return early;
  const leaveLine = await parts.loginTurns.take(grant.target, control.signal);
  cleanup.defer(leaveLine);
  const target = await connectTarget(grant.target, control.signal);
  if (!target.ok) return target;
  cleanup.defer(() => target.value.destroy());
  const { login, onUp, onAskedAgain } = loginEvents(control);
  const sockets = await openClientSockets({
    directory,
    credential: granted.credential,
    user: grant.target.user,
    hostKey,
    target: target.value,
    now: parts.now,
    lends: grant.lending.lent.includes('agent'),
    allowed: login.allowed,
    onUp,
    onAskedAgain,
  });
  cleanup.defer(() => sockets.end());
  const lending = { lent: grant.lending.lent, screen: message.screen ?? 0 };
  const lent = await openLent(directory, lending, steps.lent);
  cleanup.defer(() => lent.close());
  const client = startClient(steps, { sockets, login, hostKey, size: early.value?.size ?? anteroom.size });
  return done({
    grant,
    tape: tape.value,
    hostKey,
    login,
    client,
    leaveLine,
    healed,
    terminal: early.value,
  });
}

/** `passed`: stages that are passed as soon as the tape is open, and told with its first head. */
export async function startTape(
  steps: Steps,
  grant: SessionGrant,
  passed?: CallArgs<'session.head'>['passed'],
): Promise<Outcome<OpenTape>> {
  const { parts, anteroom, control } = steps;
  const opened = await parts.openTape({
    spool: parts.spool,
    reserveBytes: parts.reserveBytes,
    now: parts.now,
    random: parts.random,
    header: {
      recordingId: grant.sessionId,
      startedAt: parts.now(),
      user: grant.user,
      account: grant.account,
      accountId: grant.accountId,
      safe: grant.safe,
      recordingSafe: grant.recording.safe,
      recipient: grant.recording.recipient,
      ...anteroom.size,
      term: plainOf(steps.message.channel) === null ? cleanTerm(steps.message.term) : NO_TERMINAL,
    },
    anchor: async (segments, head, end, ephemeral) => {
      const signed = await parts.vault.ask('session.head', {
        recordingId: grant.sessionId,
        segments,
        head,
        final: end !== null,
        ...(ephemeral === undefined ? {} : { ephemeral }),
        ...(passed === undefined || segments > 0 || end !== null ? {} : { passed }),
        ...(end === null ? {} : { ended: end }),
      });
      return signed.ok ? done(signed.value.value) : signed;
    },
  });
  if (!opened.ok) return opened;
  const { tape, facts } = countedTape(opened.value);
  steps.recording(tape, facts);
  void tape.failed.then((detail) => control.end({ kind: 'recorder-failed', detail }));
  return done(tape);
}

function loginEvents(control: Control): {
  readonly login: LoginEvents;
  readonly onUp: () => Promise<void>;
  readonly onAskedAgain: (why: string) => void;
} {
  const allowed = Promise.withResolvers<void>();
  const up = Promise.withResolvers<void>();
  const letGo = Promise.withResolvers<void>();
  const askedAgain = Promise.withResolvers<string>();
  control.signal.addEventListener('abort', () => letGo.resolve(), { once: true });
  return {
    login: {
      allowed: allowed.promise,
      allow: allowed.resolve,
      up: up.promise,
      letGo: letGo.resolve,
      askedAgain: askedAgain.promise,
    },
    onUp() {
      up.resolve();
      return letGo.promise;
    },
    onAskedAgain: askedAgain.resolve,
  };
}

/** Stage 6: the terminal is the session's from here on, and its first line is the notice. */
export function showNotice(steps: Steps, ready: Ready): Outcome<TerminalSession> {
  const live = ready.terminal ?? openTerminal(steps, ready);
  return steps.link.gone ? failed(failure('NOTICE_NOT_SHOWN', 'the client is gone')) : done(live);
}

/** From here on the terminal is the session's, and its first line is the notice. */
export function openTerminal(steps: Steps, { grant, tape }: Pick<Ready, 'grant' | 'tape'>): TerminalSession {
  const { parts, link, anteroom, control, cleanup, message } = steps;
  const screen = parts.screens.open(anteroom.size, {
    command: (text, at) => live.ran({ kind: 'command', how: 'prompt', text }, at),
    text: (lines) => tape.text(lines),
  });
  cleanup.defer(() => screen.close());
  const live: TerminalSession = startLiveSession({
    tape,
    screen,
    size: anteroom.size,
    limits: grant.policy,
    recordInput: grant.policy.recordInput,
    owner: grant.user,
    company: grant.policy,
    command: message.channel?.kind === 'terminal' ? shownText(message.channel.command) : null,
    now: parts.now,
    end: control.end,
    stateChanged: (state) => void parts.vault.ask('session.state', { sessionId: grant.sessionId, state }),
  });
  cleanup.defer(() => live.stop());
  cleanup.defer(live.oversight.onChange(parts.factsChanged));
  link.send({ type: 'live' });
  live.welcome(link);
  live.notice(NOTICE_LINE);
  return live;
}

/**
 * Of an account that takes four eyes the target hears nothing before somebody who may watch has joined. The notice comes
 * first here, too: who joins sees the session from its first line.
 */
async function accompanied(
  steps: Steps,
  grant: SessionGrant,
  tape: OpenTape,
): Promise<Outcome<TerminalSession>> {
  const live = openTerminal(steps, { grant, tape });
  steps.waiting(live);
  const came = await waitForCompany(live.company(), steps.control.signal);
  return came.ok ? done(live) : came;
}

export function sessionDirectory(steps: Steps): SessionDirectory {
  const { parts, message, cleanup } = steps;
  const directory = makeSessionDirectory({
    sessions: parts.sessions,
    sessionId: message.sessionId,
    host: parts.index,
  });
  cleanup.defer(() => directory.remove());
  return directory;
}
