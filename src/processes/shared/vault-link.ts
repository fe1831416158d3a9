import { connect } from 'node:net';
import { ask } from '#/contract/ask.js';
import type { CallArgs, CallName, CallResult } from '#/contract/calls.js';
import { COMPONENT_CALLS } from '#/contract/component-calls.js';
import { type Handler, RpcPeer } from '#/contract/rpc.js';
import { type Failure, failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { ComponentCredential } from '#/house/component-credential.js';
import { logLine } from './child.js';
import { logInAs } from './component-login.js';
import { credentialTrouble } from './credential-trouble.js';
import { rotateCredential, settleCredential } from './rotate-credential.js';

export interface VaultLinkOptions {
  readonly path: string;
  /** The components to log in as, in order, each with its credential file (read at every attempt). */
  readonly components: readonly ComponentCredential[];
  /** Answers the vault's calls. */
  readonly handle?: Handler;
  /** Runs after every (re)connection's logins; the link counts as up when it resolves. */
  readonly onUp?: (peer: RpcPeer) => Promise<void>;
}

const FIRST_WAIT = 50;
const LONGEST_WAIT = 1000;
/** How long a look at the credential files counts, in milliseconds. */
const LOOKED_AT = 1000;

/** A connection to the vault that comes back by itself when the vault does. Questions wait a short time for it. */
export class VaultLink {
  readonly #options: VaultLinkOptions;
  #peer: RpcPeer | null = null;
  #why: Failure = failure('VAULT_UNAVAILABLE', 'not connected yet');
  #wait = FIRST_WAIT;
  #stopped = false;
  #trouble: { readonly at: number; readonly found: Promise<Failure | null> } | null = null;
  readonly #waiters = new Set<() => void>();
  readonly #tried = Promise.withResolvers<void>();

  constructor(options: VaultLinkOptions) {
    this.#options = options;
    void this.#connect();
  }

  /** Null when the link is up, else why not. */
  get down(): string | null {
    return this.#peer === null ? this.#why.message : null;
  }

  /** Resolves when the first attempt has ended: the link is up, or the vault has said no (it may be sealed). */
  get tried(): Promise<void> {
    return this.#tried.promise;
  }

  /** `patience`: milliseconds to wait for the link when it is down (default 3000). */
  async ask<K extends CallName>(
    name: K,
    args: CallArgs<K>,
    blob?: Buffer,
    patience = 3000,
  ): Promise<Outcome<{ readonly value: CallResult<K>; readonly blob: Buffer | undefined }>> {
    if (this.#peer === null) await this.#settled(patience);
    if (this.#peer === null) return failed(this.#why);
    return await ask(this.#peer, name, args, blob);
  }

  /**
   * What would keep us from logging in again: a credential file that does not open, or not with the vault's password. Who
   * begins something new asks this first; what runs already goes on.
   */
  async trouble(): Promise<Failure | null> {
    const peer = this.#peer;
    if (peer === null) return this.#why.code === 'VAULT_UNAVAILABLE' ? null : this.#why;
    const now = performance.now();
    if (this.#trouble === null || now - this.#trouble.at > LOOKED_AT)
      this.#trouble = { at: now, found: credentialTrouble(peer, this.#options.components) };
    const found = await this.#trouble.found;
    // what is repaired is seen at once
    if (found !== null) this.#trouble = null;
    return found;
  }

  stop(): void {
    this.#stopped = true;
    this.#peer?.close('stopped');
  }

  #settled(patience: number): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.#waiters.delete(finish);
        resolve();
      };
      const timer = setTimeout(finish, patience);
      this.#waiters.add(finish);
    });
  }

  async #connect(): Promise<void> {
    if (this.#stopped) return;
    let refused: Failure | null = null;
    const socket = connect(this.#options.path);
    const peer: RpcPeer = new RpcPeer(socket, {
      handle: (call, args, blob) => this.#answer(peer, call, args, blob),
      onClose: (why) => this.#lost(refused ?? failure('VAULT_UNAVAILABLE', why)),
    });
    const unsettled: ComponentCredential[] = [];
    for (const credential of this.#options.components) {
      const outcome = await logInAs(peer, credential);
      if (!outcome.ok) {
        refused = outcome.failure;
        const { component } = credential;
        if (refused.code === 'CREDENTIAL_FILE')
          await ask(peer, 'component.unable', { component, why: refused.message });
        return peer.close(`${component}: ${refused.message}`);
      }
      if (outcome.value === 'unsettled') unsettled.push(credential);
    }
    try {
      await this.#options.onUp?.(peer);
    } catch (error) {
      return peer.close(error instanceof Error ? error.message : 'set-up after login failed');
    }
    if (peer.closed !== null) return;
    this.#peer = peer;
    this.#wait = FIRST_WAIT;
    this.#trouble = null;
    this.#tried.resolve();
    for (const wake of [...this.#waiters]) wake();
    for (const credential of unsettled) await settle(peer, credential);
  }

  async #answer(peer: RpcPeer, ...[call, args, blob]: Parameters<Handler>): ReturnType<Handler> {
    if (call === 'component.rotate') {
      const { component } = COMPONENT_CALLS['component.rotate'].parse(args);
      const credential = this.#options.components.find((one) => one.component === component);
      if (credential === undefined) return failed(failure('PROTOCOL', `${component} is not at home here`));
      const outcome = await rotateCredential(peer, credential);
      return outcome.ok ? done({ value: null }) : outcome;
    }
    return (
      (await this.#options.handle?.(call, args, blob)) ??
      failed(failure('PROTOCOL', `${call} is not answered here`))
    );
  }

  #lost(why: Failure): void {
    if (this.#why.message !== why.message || this.#peer !== null)
      logLine('vault link is down', { path: this.#options.path, why: why.message });
    this.#peer = null;
    this.#why = why;
    this.#tried.resolve();
    if (this.#stopped) return;
    setTimeout(() => void this.#connect(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
  }
}

/** Another process may be at it: then there is nothing to do. */
async function settle(peer: RpcPeer, credential: ComponentCredential): Promise<void> {
  const outcome = await settleCredential(peer, credential);
  logLine('a rotation was cut off', {
    component: credential.component,
    now: outcome.ok ? 'finished' : outcome.failure.message,
  });
}
