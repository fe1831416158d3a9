import { argon2Sync, createHash, randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { createJournal } from '#/audit/journal.js';
import { ask } from '#/contract/ask.js';
import type { CallArgs, CallName, CallResult } from '#/contract/calls.js';
import type { CredentialLook, CredentialOrder, Order, OrderResult } from '#/contract/orders.js';
import { type Handler, RpcPeer } from '#/contract/rpc.js';
import { encodeSecretPayload } from '#/contract/secret-payload.js';
import { directoryAnswers } from '#/directory/answer.js';
import type { Failure } from '#/domain/failure.js';
import type { HostKey } from '#/domain/host-key.js';
import type { Outcome } from '#/domain/outcome.js';
import type { Component } from '#/domain/people.js';
import { openStore } from '#/store/open-store.js';
import { authenticator } from '#/vault/authenticator.js';
import { createComponentBook } from '#/vault/component-book.js';
import { createVault, type NewVault } from '#/vault/create-vault.js';
import type { DirectoryLink } from '#/vault/directory/link.js';
import { createFollowers } from '#/vault/followers.js';
import { createHeadCopies } from '#/vault/head-copies.js';
import { createHosts } from '#/vault/hosts.js';
import { createKeyring } from '#/vault/keyring.js';
import { createLiveFacts } from '#/vault/live-facts.js';
import { openWithFile } from '#/vault/open-vault.js';
import { createPermits } from '#/vault/permits.js';
import type { VaultSocket } from '#/vault/roles.js';
import { serve } from '#/vault/serve.js';
import { createSharedLogins } from '#/vault/shared-logins.js';
import { createTickets } from '#/vault/tickets.js';
import type { Vault, VaultSettings } from '#/vault/vault.js';
import { createWatches } from '#/vault/watches.js';

export const SOCKETS: readonly VaultSocket[] = [
  'vault-portal',
  'vault-session',
  'vault-recorder',
  'vault-monitor',
  'admin',
];
export const COMPONENT_SOCKET: Readonly<Record<Component, VaultSocket>> = {
  PVWAApp: 'vault-portal',
  PVWAGW: 'vault-portal',
  PSMApp: 'vault-recorder',
  PSMGW: 'vault-session',
  PSMAdminConnect: 'vault-monitor',
};
export const ADMIN_PASSWORD = 'correct horse battery';

export interface Running {
  readonly vault: Vault;
  readonly folder: string;
  readonly passwords: Readonly<Record<Component, Buffer>>;
  /** What the supervisor was ordered, and what it answers. */
  readonly orders: Order[];
  result: OrderResult;
  /** Moves the vault's clock. */
  advance(ms: number): void;
  path(socket: VaultSocket): string;
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly folder?: string;
  readonly settings?: Partial<VaultSettings>;
  readonly policy?: Partial<VaultSettings['policy']>;
  readonly patience?: Vault['patience'];
  /** Where signed heads of the audit are copied to. */
  readonly heads?: string;
}

export const made: Record<Component, Buffer> = {
  PVWAApp: randomBytes(32),
  PVWAGW: randomBytes(32),
  PSMApp: randomBytes(32),
  PSMGW: randomBytes(32),
  PSMAdminConnect: randomBytes(32),
};

export function settingsFor(folder: string): VaultSettings {
  return {
    version: 'test',
    branding: 'Postern',
    bastion: 'bastion.test',
    sessionHosts: 2,
    isolation: { level: 3, minimum: 3 },
    policy: {
      idleMinutes: 10,
      maximumMinutes: 60,
      graceMinutes: 5,
      hostKeyPolicy: 'ask',
      recordInput: false,
    },
    shadowUids: { first: 600_000, count: 1000 },
    paths: {
      masterKey: join(folder, 'master.key'),
      masterKeyOnHost: '/etc/postern/master.key',
      spool: folder,
      recordings: folder,
    },
    spoolReserveMb: 1,
    mostSessions: { all: 0, person: 0 },
    liveGroups: {
      control: [],
      suspend: ['PSMLiveSessionTerminators'],
      terminate: ['PSMLiveSessionTerminators'],
    },
    credentialRotationMinutes: 0,
  };
}

/** In memory where there is such a place: a commit that waits for a disk is slow, and tested elsewhere. */
export const SPACE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

let template: Promise<string> | null = null;
afterAll(async () => {
  if (template !== null) rmSync(await template, { recursive: true, force: true });
});

/** A new vault with a master key file: made once, then copied, because its Administrator's password costs real time. */
export async function makeVault(folder: string): Promise<void> {
  template ??= (async () => {
    const first = mkdtempSync(join(SPACE, 'vault-template-'));
    await createIn(first, { kind: 'new-file', path: join(first, 'master.key') });
    return first;
  })();
  cpSync(await template, folder, { recursive: true });
}

export async function createIn(folder: string, masterKey: NewVault['masterKey']): Promise<void> {
  const opened = openStore({ path: join(folder, 'vault.db'), create: true });
  if (!opened.ok) throw new Error(opened.why);
  await createVault(opened.store, {
    masterKey,
    administratorPassword: Buffer.from(ADMIN_PASSWORD),
    mustChange: false,
    components: made,
    bastion: 'bastion.test',
    now: Date.now,
    random: randomBytes,
  });
  await opened.store.close();
}

/** As real hashes, only cheap: what they cost is not what is tested here. */
function cheapHash(password: Buffer): Promise<string> {
  const salt = randomBytes(16);
  const tag = argon2Sync('argon2id', {
    message: password,
    nonce: salt,
    memory: 8,
    passes: 1,
    parallelism: 1,
    tagLength: 32,
  });
  const text = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
  return Promise.resolve(`$argon2id$v=19$m=8,t=1,p=1$${text(salt)}$${text(tag)}`);
}

/** What the supervisor finds when a component's credential file is in order. */
function goodFile({ component: one }: CredentialOrder): CredentialLook {
  return {
    kind: 'credential',
    state: 'good',
    detail: 'opens',
    hash: createHash('sha256').update(made[one]).digest('base64'),
    stagedHash: null,
    hostName: 'bastion.test',
    uid: 1,
    executable: 'processes/test.js',
    madeAt: Date.now(),
  };
}

/** The directory room itself, without the process around it. */
function inProcess(): DirectoryLink {
  const answers = directoryAnswers();
  return {
    async ask(call, args, blob) {
      const outcome = await answers(call, args, blob);
      return outcome.ok ? { ok: true, value: outcome.value.value as never } : outcome;
    },
  };
}

/** A vault in this process, on real unix sockets, with its files in a folder of its own. */
export async function startVault(options: StartOptions = {}): Promise<Running> {
  const folder = options.folder ?? mkdtempSync(join(SPACE, 'vault-'));
  if (options.folder === undefined) await makeVault(folder);
  const opened = openStore({ path: join(folder, 'vault.db'), create: false });
  if (!opened.ok) throw new Error(opened.why);
  let ahead = 0;
  const tools = { now: () => Date.now() + ahead, random: randomBytes };
  const keyring = createKeyring(randomBytes);
  const unsealed = await openWithFile({ store: opened.store, keyring }, join(folder, 'master.key'));
  if (!unsealed.ok) {
    await opened.store.close();
    throw new Error(unsealed.failure.message);
  }
  const running = { orders: [] as Order[], result: { kind: 'done', level: 3, healed: null } as OrderResult };
  const settings = settingsFor(folder);
  const vault: Vault = {
    ...tools,
    settings: {
      ...settings,
      ...options.settings,
      policy: { ...settings.policy, ...options.policy },
    },
    store: opened.store,
    keyring,
    journal: createJournal({ bastion: 'bastion.test', now: tools.now, sign: (text) => keyring.sign(text) }),
    headCopies: options.heads === undefined ? null : createHeadCopies(options.heads),
    permits: createPermits(tools),
    sharedLogins: createSharedLogins(tools.now),
    tickets: createTickets(tools),
    watches: createWatches(tools),
    followers: createFollowers(tools.now),
    facts: createLiveFacts(),
    hosts: createHosts(),
    components: createComponentBook(tools.now),
    connections: new Set(),
    authentication: { ...authenticator({ store: opened.store, ...tools }), hash: cheapHash },
    directory: inProcess(),
    order: (order) => {
      running.orders.push(order);
      const { result } = running;
      return Promise.resolve(
        order.kind === 'credential' && result.kind === 'done' ? goodFile(order) : result,
      );
    },
    patience: options.patience ?? { lostHost: 20, start: 60_000 },
  };
  const problems: unknown[] = [];
  const service = serve(vault, (_what, error) => problems.push(error));
  const path = (socket: VaultSocket): string => join(folder, `${socket}.sock`);
  const servers: Server[] = [];
  for (const name of SOCKETS) {
    const server = createServer((socket) => void service.accept(name, socket));
    await new Promise<void>((resolve) => server.listen(path(name), resolve));
    servers.push(server);
  }
  return Object.assign(running, {
    vault,
    folder,
    passwords: made,
    path,
    advance: (ms: number) => void (ahead += ms),
    async stop() {
      for (const server of servers) server.close();
      service.stop();
      await vault.store.close();
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
      if (problems.length > 0) throw new AggregateError(problems, 'the vault had problems');
    },
  });
}

/** One end of a connection to the vault, whose answers are values or thrown failures. */
export interface Client {
  readonly peer: RpcPeer;
  ask<K extends CallName>(call: K, args: CallArgs<K>, blob?: Buffer): Promise<CallResult<K>>;
  blob<K extends CallName>(call: K, args: CallArgs<K>, blob?: Buffer): Promise<Buffer | undefined>;
  refused<K extends CallName>(call: K, args: CallArgs<K>, blob?: Buffer): Promise<Failure>;
}

export class Refused extends Error {
  readonly failure: Failure;
  constructor(call: string, failure: Failure) {
    super(`${call}: ${failure.code}: ${failure.message}`);
    this.failure = failure;
  }
}

export function client(running: Pick<Running, 'path'>, socket: VaultSocket, handle?: Handler): Client {
  const peer = new RpcPeer(connect(running.path(socket)), handle === undefined ? {} : { handle });
  const must = <T>(call: string, outcome: Outcome<T>): T => {
    if (!outcome.ok) throw new Refused(call, outcome.failure);
    return outcome.value;
  };
  return {
    peer,
    ask: async (call, args, blob) => must(call, await ask(peer, call, args, blob)).value,
    blob: async (call, args, blob) => must(call, await ask(peer, call, args, blob)).blob,
    async refused(call, args, blob) {
      const outcome = await ask(peer, call, args, blob);
      if (outcome.ok) throw new Error(`${call} was answered`);
      return outcome.failure;
    },
  };
}

/** A connection on which these components are logged in. */
export async function component(
  running: Running,
  components: readonly Component[],
  handle?: Handler,
): Promise<Client> {
  const [first] = components;
  if (first === undefined) throw new Error('no component');
  const here = client(running, COMPONENT_SOCKET[first], handle);
  for (const one of components)
    await here.ask('component.login', { component: one }, Buffer.from(running.passwords[one]));
  return here;
}

export const portal = (running: Running): Promise<Client> => component(running, ['PVWAApp', 'PVWAGW']);

export async function sessionHost(
  running: Running,
  host = 0,
  ids: readonly string[] = [],
  handle?: Handler,
): Promise<Client> {
  const here = await component(running, ['PSMGW'], handle);
  await here.ask('session.hello', { host, running: [...ids] });
  return here;
}

export async function logIn(here: Client, user: string, password: string): Promise<string> {
  return (await here.ask('person.login', { user, from: '192.0.2.7', via: 'ssh' }, Buffer.from(password)))
    .ticket;
}

export const password = (text: string): Buffer => encodeSecretPayload(Buffer.from(text), Buffer.alloc(0));
export const KEY: HostKey = hostKey(1);

export function hostKey(fill: number): HostKey {
  const name = Buffer.from('ssh-ed25519', 'latin1');
  const blob = Buffer.concat([
    Buffer.from([0, 0, 0, name.length]),
    name,
    Buffer.from([0, 0, 0, 32]),
    Buffer.alloc(32, fill),
  ]);
  return { type: 'ssh-ed25519', base64: blob.toString('base64') };
}

/** A user, a safe that he may connect from, and an account in it. */
export async function furnish(
  console: Client,
  options: {
    readonly user?: string;
    readonly safe?: string;
    readonly hostKey?: HostKey | null;
    readonly preset?: 'ConnectOnly' | 'Full';
  } = {},
): Promise<string> {
  const { user = 'alice', safe = 'Lab', preset = 'ConnectOnly' } = options;
  await console.ask(
    'admin.user.add',
    { name: user, groups: [], mustChange: false, rights: [], expiresAt: null, logonHours: null },
    Buffer.from(`${user} and a password`),
  );
  await console.ask('admin.safe.add', { name: safe });
  await console.ask('admin.member.add', { safe, member: user, preset, expiresAt: null });
  const account = await console.ask(
    'admin.account.add',
    {
      safe,
      platform: 'UnixSSH',
      address: 'web1.test',
      port: null,
      user: 'root',
      secretKind: 'password',
      hostKey: options.hostKey === undefined ? KEY : options.hostKey,
    },
    password('s3cret'),
  );
  return account.id;
}
