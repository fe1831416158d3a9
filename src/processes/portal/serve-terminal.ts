import type { Delimiters } from '#/domain/destination.js';
import { checkName } from '#/domain/names.js';
import type { Terminal } from '#/door/terminal.js';
import { openPortal } from '#/portal/open-portal.js';
import type { LoggedIn } from '#/portal/services.js';
import type { VaultLink } from '../shared/vault-link.js';
import { abilitiesOf } from './abilities.js';
import { servePerson } from './services.js';

export interface ServeOptions {
  readonly vault: VaultLink;
  readonly run: string;
  readonly delimiters: Delimiters;
  readonly log: (what: string, about?: unknown) => void;
  /** Aborted when the daemon restarts; `reason` is a sentence for the person. */
  readonly draining: AbortSignal;
}

/** Everything that one person sees, until he leaves, is gone, or has to go; with his exit status. Never rejects but for a broken promise of ours. */
export async function serveTerminal(
  terminal: Terminal,
  { vault, run, delimiters, log, draining }: ServeOptions,
): Promise<number> {
  let live = false;
  let silent = false;
  const last: { words: string | null } = { words: null };
  const person = servePerson({
    vault,
    run,
    terminal,
    login: terminal.login,
    delimiters,
    onLive(now) {
      live = now;
      if (!live && silent) portal.close();
    },
  });
  const portal = openPortal({
    input: terminal.input,
    output: terminal.output,
    size: { now: () => terminal.size(), onChange: (listener) => terminal.onResize(() => listener()) },
    prefilledUser: prefill(terminal.direct === null ? terminal.user : (terminal.login?.person.user ?? '')),
    direct: terminal.direct !== null && terminal.direct.target !== null,
    ...(terminal.login === null ? {} : { loggedIn: withoutTicket(terminal.login) }),
    services: person.services,
    clock: { now: Date.now, every },
    env: abilitiesOf(terminal.term, terminal.lang),
    onCrash: (error) => {
      last.words = 'postern: A screen broke on our side. Your sessions live on: connect again.';
      log('portal: a screen crashed', error);
    },
  });
  const dismiss = (signal: AbortSignal) => (): void => {
    last.words ??= `postern: ${String(signal.reason)}`;
    portal.close();
  };
  // nobody can type any more: what runs may go on to its end
  terminal.input.on('end', () => {
    silent = true;
    if (!live) portal.close();
  });
  whenAborted(terminal.gone, () => portal.close(), terminal.gone);
  whenAborted(terminal.dismissed, dismiss(terminal.dismissed), terminal.gone);
  whenAborted(draining, dismiss(draining), terminal.gone);
  const { status, words } = await portal.finished;
  person.close();
  if (words !== null) last.words ??= `postern: ${words}`;
  if (last.words !== null) terminal.output.write(`${last.words}\r\n`);
  return status;
}

function whenAborted(signal: AbortSignal, run: () => void, until: AbortSignal): void {
  if (signal.aborted) return run();
  signal.addEventListener('abort', run, signal === until ? { once: true } : { once: true, signal: until });
}

function prefill(user: string): string {
  const checked = checkName('user', user);
  return checked.ok ? checked.name : '';
}

function withoutTicket({ ticket: _ticket, ...rest }: NonNullable<Terminal['login']>): LoggedIn {
  return rest;
}

function every(ms: number, run: () => void): () => void {
  const timer = setInterval(run, ms);
  return () => clearInterval(timer);
}
