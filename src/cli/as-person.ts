import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { CallArgs, CallName, CallResult } from '#/contract/calls.js';
import type { DeskArgs, DeskCall, DeskNext, DeskRecordingArgs } from '#/contract/desk-link.js';
import type { FromMonitor } from '#/contract/replay-link.js';
import type { AccountAdminRow, AccountRow } from '#/contract/rows.js';
import type { RpcPeer } from '#/contract/rpc.js';
import { denied } from '#/domain/denied.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { AdminLink } from './admin-link.js';

type Given<T> = Promise<Outcome<{ readonly value: T; readonly blob?: Buffer | undefined }>>;
type Ask = <K extends DeskCall>(call: K, args: DeskArgs<K>, blob?: Buffer) => Given<CallResult<K>>;
type Ways = {
  readonly [K in CallName]?: (ask: Ask, args: CallArgs<K>, blob: Buffer | undefined) => Given<CallResult<K>>;
};

/** The link of a command, for a person: each of the console's questions becomes his own, or is not his to ask. */
export function asPerson(run: string, peer: RpcPeer): AdminLink {
  const ask: Ask = async (call, args, blob) => {
    const outcome = await peer.call(call, args, blob);
    return outcome.ok ? done({ value: outcome.value.value as never, blob: outcome.value.blob }) : outcome;
  };
  const take = async <K extends CallName>(name: K, args: CallArgs<K>, blob?: Buffer) => {
    const way = WAYS[name];
    return way === undefined
      ? failed(denied('this command is for the console: run it as root, without --as', 'console'))
      : await way(ask, args, blob);
  };
  return {
    run,
    async ask(name, args, blob) {
      const outcome = await take(name, args, blob);
      return outcome.ok ? done(outcome.value.value) : outcome;
    },
    async askWithBlob(name, args) {
      const outcome = await take(name, args);
      return outcome.ok ? done({ value: outcome.value.value, blob: outcome.value.blob }) : outcome;
    },
    recording: (asked, out) => readRecording(peer, asked, out),
    close: () => peer.close('done'),
  };
}

/** Through the portal, part by part: the monitor's own socket is not for people. */
async function readRecording(
  peer: RpcPeer,
  asked: DeskRecordingArgs,
  open: () => Writable | null,
): Promise<Outcome<FromMonitor>> {
  const opened = await peer.call('desk.recording.open', asked);
  if (!opened.ok) return opened;
  const out = open();
  for (;;) {
    const next = await peer.call('desk.recording.next', {});
    if (!next.ok) return next;
    const { value, blob } = next.value;
    if (blob !== undefined && out?.write(blob) === false) await once(out, 'drain');
    const { over } = value as DeskNext;
    if (over !== null) return done(over);
  }
}

const PINNED = failure(
  'BAD_INPUT',
  'people pin a host key when they see it, on the screen: leave --host-key out, or run it as root',
);

const WAYS: Ways = {
  'admin.user.list': (ask) => ask('person.users', {}),
  'admin.user.add': async (ask, { mustChange: _always, ...wanted }, password) =>
    await then(ask('person.user.add', wanted, password), () => userNamed(ask, wanted.name)),
  'admin.user.set': async (ask, { name, disabled, unlock, ...rest }) => {
    const change = { name, ...rest, ...(disabled === true ? { disabled } : {}) };
    return await then(
      disabled === false || unlock === true
        ? ask('person.user.activate', { name })
        : ask('person.user.set', change),
      () => userNamed(ask, name),
    );
  },
  'admin.user.passwd': (ask, { name }, password) => ask('person.user.resetPassword', { name }, password),
  'admin.user.secondFactor.reset': (ask, args) => ask('person.user.secondFactor.reset', args),
  'admin.user.key.add': (ask, args) => ask('person.user.key.add', args),
  'admin.user.key.remove': (ask, args) => ask('person.user.key.remove', args),
  'admin.group.list': (ask) => ask('person.groups', {}),
  'admin.group.add': async (ask, { name }) =>
    await then(ask('person.group.add', { name }), () => groupNamed(ask, name)),
  'admin.group.set': async (ask, args) =>
    await then(ask('person.group.set', args), () => groupNamed(ask, args.name)),
  'admin.group.member': (ask, args) => ask('person.group.member', args),
  'admin.group.delete': (ask, args) => ask('person.group.delete', args),
  'admin.safe.list': (ask) => safes(ask),
  'admin.safe.add': async (ask, { name }) =>
    await then(ask('person.safe.add', { name }), async () => found(await safes(ask), 'Safe', name)),
  'admin.safe.rename': (ask, args) => ask('person.safe.rename', args),
  'admin.safe.delete': (ask, args) => ask('person.safe.delete', args),
  'admin.member.list': (ask, args) => ask('person.members', args),
  'admin.member.add': (ask, args) => ask('person.member.put', args),
  'admin.member.remove': (ask, args) => ask('person.member.remove', args),
  'admin.account.list': async (ask, { safe }) => {
    const rows = await ask('person.accounts', {});
    if (!rows.ok) return rows;
    const wanted = safe?.toLowerCase();
    return done({
      value: rows.value.value
        .filter((row) => wanted === undefined || row.safe.toLowerCase() === wanted)
        .map(accountRow),
    });
  },
  'admin.account.add': async (ask, { hostKey, ...wanted }, secret) => {
    if (hostKey !== null) return failed(PINNED);
    const added = await ask('person.account.add', wanted, secret);
    return added.ok ? await accountOf(ask, added.value.value.id) : added;
  },
  'admin.account.update': async (ask, { account, ...change }, secret) => {
    if (change.hostKey !== undefined && change.hostKey !== null) return failed(PINNED);
    const named = await idOf(ask, account);
    if (!named.ok) return named;
    const accountId = named.value;
    for (const step of stepsOf(change)) {
      const taken = await step(ask, accountId, secret);
      if (!taken.ok) return taken;
    }
    return await accountOf(ask, accountId);
  },
  'admin.account.retrieve': async (ask, { account, reason }) => {
    const named = await idOf(ask, account);
    if (!named.ok) return named;
    return await ask('person.account.retrieve', { accountId: named.value, reason, purpose: 'shown' });
  },
  'admin.account.show': async (ask, { account }) => {
    const named = await idOf(ask, account);
    if (!named.ok) return named;
    const rows = await ask('person.accounts', {});
    if (!rows.ok) return rows;
    const row = rows.value.value.find(({ id }) => id === named.value);
    return row === undefined
      ? failed(failure('NOT_FOUND', `Account ${account}`))
      : done({ value: accountRow(row) });
  },
  'admin.policy.show': async (ask, { level, of }) => {
    if (level !== 'account')
      return failed(failure('DENIED', 'people are shown the policy of accounts: account show ACCOUNT'));
    const named = await idOf(ask, of);
    return named.ok ? await ask('person.policy', { accountId: named.value }) : named;
  },
  'admin.explain': async (ask, { user, account }) => {
    const named = await idOf(ask, account);
    return named.ok ? await ask('person.explain', { accountId: named.value, user }) : named;
  },
  'admin.account.delete': async (ask, { account }) => {
    const named = await idOf(ask, account);
    return named.ok ? await ask('person.account.delete', { accountId: named.value }) : named;
  },
  'admin.directory.list': (ask) => ask('person.directories', {}),
  'admin.directory.map.add': (ask, args) => ask('person.directory.map.add', args),
  'admin.directory.map.remove': (ask, args) => ask('person.directory.map.remove', args),
  'admin.directory.map.move': (ask, args) => ask('person.directory.map.move', args),
  'admin.directory.test': async (ask, args, password) =>
    password === undefined || password.length === 0
      ? await ask('person.directory.test', args)
      : failed(denied("only the console tries others' passwords", 'console')),
  'admin.sessions.list': (ask) => ask('person.sessions', {}),
  'admin.sessions.terminate': (ask, args) => ask('person.endSession', args),
  'admin.sessions.suspend': (ask, args) => ask('person.suspendSession', args),
  'admin.sessions.resume': (ask, args) => ask('person.resumeSession', args),
  'admin.sessions.message': (ask, args) => ask('person.messageSession', args),
  'admin.recordings.list': (ask, page) => ask('person.recordings', page),
  // the books are held against the audit by who may read all of it; a tape is held against its signed heads
  'admin.recordings.books': (_ask, { recordingIds }) =>
    Promise.resolve(
      recordingIds.length > 0
        ? done({ value: { audited: 0, auditRows: 0, findings: [] } })
        : failed(denied('all recordings are verified by the console: name yours', 'console')),
    ),
  'admin.recordings.delete': (ask, args) => ask('person.recording.delete', args),
  'admin.recordings.hold': (ask, args) => ask('person.recording.hold', { ...args, held: true }),
  'admin.recordings.release': (ask, args) => ask('person.recording.hold', { ...args, held: false }),
  'admin.audit.list': async (ask, { limit, newestFirst }) => {
    // people are shown the newest rows only: an export that lacks the others would be taken for all of it
    if (!newestFirst) return failed(denied('the whole audit is exported by the console', 'console'));
    const rows = await ask('person.audit', {});
    return rows.ok ? done({ value: rows.value.value.slice(0, limit) }) : rows;
  },
};

type Change = Omit<CallArgs<'admin.account.update'>, 'account'>;
type Step = (ask: Ask, accountId: string, secret: Buffer | undefined) => Given<null>;

/** One question for each permission that the change takes. */
function stepsOf(change: Change): readonly Step[] {
  const { user, address, port, disabledWhy, hostKey, secretKind } = change;
  const steps: Step[] = [];
  if (user !== undefined || address !== undefined)
    steps.push((ask, accountId) =>
      ask('person.account.rename', {
        accountId,
        ...(user === undefined ? {} : { user }),
        ...(address === undefined ? {} : { address }),
      }),
    );
  if (port !== undefined || disabledWhy !== undefined || hostKey === null)
    steps.push((ask, accountId) =>
      ask('person.account.setProperties', {
        accountId,
        ...(port === undefined ? {} : { port }),
        ...(disabledWhy === undefined ? {} : { disabledWhy }),
        ...(hostKey === null ? { forgetHostKey: true } : {}),
      }),
    );
  if (secretKind !== undefined)
    steps.push((ask, accountId, secret) =>
      ask('person.account.setSecret', { accountId, secretKind }, secret),
    );
  return steps;
}

async function then<T>(first: Given<null>, next: () => Given<T>): Given<T> {
  const outcome = await first;
  return outcome.ok ? await next() : outcome;
}

function found<T extends { readonly name: string }>(
  rows: Outcome<{ readonly value: readonly T[] }>,
  what: string,
  name: string,
): Outcome<{ readonly value: T }> {
  if (!rows.ok) return rows;
  const row = rows.value.value.find((one) => one.name.toLowerCase() === name.toLowerCase());
  return row === undefined ? failed(failure('NOT_FOUND', `${what} ${name}`)) : done({ value: row });
}

async function userNamed(ask: Ask, name: string) {
  return found(await ask('person.users', {}), 'User', name);
}

async function groupNamed(ask: Ask, name: string) {
  return found(await ask('person.groups', {}), 'Group', name);
}

async function safes(ask: Ask): Given<CallResult<'admin.safe.list'>> {
  const [mine, accounts] = [await ask('person.safes', {}), await ask('person.accounts', {})];
  if (!mine.ok) return mine;
  if (!accounts.ok) return accounts;
  return done({
    value: mine.value.value.map(({ name, builtIn, permissions }) => ({
      // people know safes by name
      id: name,
      name,
      builtIn,
      accounts: permissions.includes('listAccounts')
        ? accounts.value.value.filter(({ safe }) => safe === name).length
        : null,
      members: null,
    })),
  });
}

function accountRow(row: AccountRow): AccountAdminRow {
  const { id, safe, user, address, port, platform, secretKind, usable, why } = row;
  return {
    ...{ id, account: `${user}@${address}`, accountId: id, safe, user, address, port, platform, secretKind },
    secretVersion: null,
    disabledWhy: usable ? null : why,
    hostKey: row.hostKeyFingerprint === null ? null : { type: '', fingerprint: row.hostKeyFingerprint },
  };
}

/** Who may add or change an account need not be allowed to see it: then there is nothing but its id. */
async function accountOf(ask: Ask, id: string): Given<AccountAdminRow> {
  const rows = await ask('person.accounts', {});
  const row = rows.ok ? rows.value.value.find((one) => one.id === id) : undefined;
  return done({ value: row === undefined ? { ...UNSEEN, id, accountId: id } : accountRow(row) });
}

const UNSEEN: AccountAdminRow = {
  ...{ id: '', accountId: '', account: '(not yours to see)', safe: '', user: '', address: '', port: null },
  ...{ platform: '', secretKind: 'password', secretVersion: null, disabledWhy: null, hostKey: null },
};

/** By user@address where that is one account; all else is an id, which the vault knows or does not. */
async function idOf(ask: Ask, name: string): Promise<Outcome<string>> {
  const rows = await ask('person.accounts', {});
  if (!rows.ok) return rows;
  const wanted = name.toLowerCase();
  const [row, second] = rows.value.value.filter(
    ({ user, address }) => `${user}@${address}`.toLowerCase() === wanted,
  );
  if (second !== undefined)
    return failed(failure('BAD_INPUT', `${name} is in ${row?.safe} and in ${second.safe}: give the id`));
  return done(row?.id ?? name);
}
