import { connect } from 'node:net';
import type { CallArgs, CallName, CallResult } from '#/contract/calls.js';
import { ask } from '#/contract/calls.js';
import { type Handler, RpcPeer } from '#/contract/rpc.js';
import { failure } from '#/domain/failure.js';
import { failed, type Outcome } from '#/domain/outcome.js';
import type { Component } from '#/domain/people.js';
import type { Secret } from '#/domain/secret.js';
import { logLine } from './child.js';

export interface VaultLinkOptions {
  readonly path: string;
  /** The components to log in as, in order, each with its password (read from the credential file at every attempt). */
  readonly components: readonly {
    readonly component: Component;
    readonly password: () => Outcome<Secret> | Promise<Outcome<Secret>>;
  }[];
  /** Answers the vault's calls. */
  readonly handle?: Handler;
  /** Runs after every (re)connection's logins; the link counts as up when it resolves. */
  readonly onUp?: (peer: RpcPeer) => Promise<void>;
}

const FIRST_WAIT = 50;
const LONGEST_WAIT = 1000;

/** A connection to the vault that comes back by itself when the vault does. Questions wait a short time for it. */
export class VaultLink {
  readonly #options: VaultLinkOptions;
  #peer: RpcPeer | null = null;
  #why = 'not connected yet';
  #wait = FIRST_WAIT;
  #stopped = false;
  readonly #waiters = new Set<() => void>();
  readonly #tried = Promise.withResolvers<void>();

  constructor(options: VaultLinkOptions) {
    this.#options = options;
    void this.#connect();
  }

  /** Null when the link is up, else why not. */
  get down(): string | null {
    return this.#peer === null ? this.#why : null;
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
    if (this.#peer === null) return failed(failure('VAULT_UNAVAILABLE', this.#why));
    return await ask(this.#peer, name, args, blob);
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
    const socket = connect(this.#options.path);
    const peer = new RpcPeer(socket, {
      ...(this.#options.handle === undefined ? {} : { handle: this.#options.handle }),
      onClose: (why) => this.#lost(why),
    });
    for (const { component, password } of this.#options.components) {
      const secret = await password();
      if (!secret.ok) return peer.close(`${component}: ${secret.failure.message}`);
      const outcome = await ask(peer, 'component.login', { component }, secret.value.exposeSecret());
      secret.value.wipe();
      if (!outcome.ok) return peer.close(`${component}: ${outcome.failure.message}`);
    }
    try {
      await this.#options.onUp?.(peer);
    } catch (error) {
      return peer.close(error instanceof Error ? error.message : 'set-up after login failed');
    }
    if (peer.closed !== null) return;
    this.#peer = peer;
    this.#wait = FIRST_WAIT;
    this.#tried.resolve();
    for (const wake of [...this.#waiters]) wake();
  }

  #lost(why: string): void {
    if (this.#why !== why || this.#peer !== null)
      logLine('vault link is down', { path: this.#options.path, why });
    this.#peer = null;
    this.#why = why;
    this.#tried.resolve();
    if (this.#stopped) return;
    setTimeout(() => void this.#connect(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
  }
}
