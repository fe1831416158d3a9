import { statfsSync, statSync } from 'node:fs';
import { verifyEnd } from '#/audit/journal.js';
import type { Check } from '#/contract/calls.js';
import type { Component } from '#/domain/people.js';
import { auditReader } from './audit-reader.js';
import { examineDirectories } from './directory/examine-directories.js';
import { examineComponents } from './examine-components.js';
import { oldestSeconds, waitingOf } from './metrics.js';
import { expiredOf } from './retention.js';

import type { Vault } from './vault.js';

/** 2025-01-01: a clock before it was never set. */
const EARLIEST = 1_735_689_600_000;
/** Seconds: a tape that waits longer for its safe is worth a warning. */
const STORED_WITHIN = 5 * 60;
const MB = 1024 * 1024;

/** The vault's own checks for the doctor. */
export async function examine(vault: Vault): Promise<readonly Check[]> {
  return [
    seal(vault),
    masterKey(vault),
    await database(vault),
    await audit(vault),
    ...heads(vault),
    await clock(vault),
    isolation(vault),
    component(vault, 'portal', 'PVWAGW', 'failure'),
    hosts(vault),
    component(vault, 'recorder', 'PSMApp', 'failure'),
    component(vault, 'monitor', 'PSMAdminConnect', 'warning'),
    ...(await examineComponents(vault)),
    await recordings(vault),
    await retention(vault),
    space(vault),
    ...(await examineDirectories(vault)),
  ];
}

function seal({ keyring }: Vault): Check {
  return keyring.sealed
    ? bad('vault', 'the vault is sealed: running sessions go on, new ones are refused', 'postern unseal')
    : ok('vault', 'open');
}

function masterKey({ settings }: Vault): Check {
  const { masterKey: path, masterKeyOnHost } = settings.paths;
  if (path === null) return ok('master key', 'sealed under a passphrase');
  // the vault sees it in the run directory; whoever reads this knows it by another name
  const place = masterKeyOnHost ?? path;
  try {
    const mode = statSync(path).mode & 0o777;
    return (mode & 0o077) === 0
      ? ok('master key', `${place}, mode ${mode.toString(8)}`)
      : bad('master key', `${place} can be read by others (mode ${mode.toString(8)})`, `chmod 600 ${place}`);
  } catch {
    return bad(
      'master key',
      `${place} is gone: without it the vault will not open again`,
      'Put the file back from its backup before Postern is stopped.',
    );
  }
}

async function database({ store }: Vault): Promise<Check> {
  const said = await store.quickCheck();
  return said === 'ok'
    ? ok('database', 'quick check found nothing')
    : bad('database', said, 'Stop Postern and put the vault back from a backup.');
}

async function audit({ store }: Vault): Promise<Check> {
  const verdict = await verifyEnd(await auditReader(store));
  return verdict.intact
    ? ok('audit', verdict.detail)
    : bad('audit', verdict.detail, 'Keep the vault files as they are: postern audit verify');
}

/** Nothing to say where no other place is configured. */
function heads({ headCopies, now }: Vault): readonly Check[] {
  if (headCopies === null) return [];
  const trouble = headCopies.trouble(now());
  return trouble === null
    ? [ok('audit copies', `signed heads are written to ${headCopies.path}`)]
    : [bad('audit copies', trouble, 'Is auditHeadsPath mounted, and may postern-vault write there?')];
}

async function clock({ store, now }: Vault): Promise<Check> {
  const last = await store.transaction((records) => records.audit.last());
  const time = now();
  if (time < EARLIEST)
    return bad('clock', `it says ${new Date(time).toISOString()}`, 'Set the clock of the bastion.');
  if (last !== null && last.at > time + 1000)
    return bad(
      'clock',
      `it went back: the last audit row is of ${new Date(last.at).toISOString()}`,
      'Set the clock of the bastion.',
    );
  return ok('clock', new Date(time).toISOString());
}

function isolation({ settings }: Vault): Check {
  const { level, minimum } = settings.isolation;
  if (level < minimum)
    return bad(
      'isolation',
      `level ${level} is reached, ${minimum} is required: no session can be opened`,
      "See the supervisor's log for the sandbox's self-test.",
    );
  return level === 3
    ? ok('isolation', 'level 3: every client program in its own box')
    : warn('isolation', `level ${level}, allowed by the configuration`, 'Level 3 takes root and bubblewrap.');
}

function hosts({ hosts: connected, settings }: Vault): Check {
  const there = connected.numbers();
  const text = `${there.length} of ${settings.sessionHosts} connected`;
  if (there.length === 0) return bad('session hosts', text, 'See the log of the supervisor.');
  return there.length < settings.sessionHosts
    ? warn('session hosts', text, 'See the log of the supervisor.')
    : ok('session hosts', text);
}

/** Is the process that logs in as this component there? */
function component(
  { connections }: Vault,
  part: string,
  name: Component,
  state: 'warning' | 'failure',
): Check {
  const there = [...connections].filter((one) => one.components.has(name)).length;
  if (there > 0) return ok(part, `${there} connected as ${name}`);
  return { part, state, detail: `none is connected as ${name}`, next: 'See the log of the supervisor.' };
}

async function recordings(vault: Vault): Promise<Check> {
  const waiting = waitingOf(await vault.store.transaction((records) => records.sessions.pendingRecordings()));
  if (waiting.length === 0) return ok('recordings', 'all are in their safe');
  const age = oldestSeconds(waiting, vault.now());
  const text = `${waiting.length} on the way to their safe, the oldest for ${age} s`;
  return age > STORED_WITHIN
    ? bad('recordings', text, 'Does the recorder run, and has the recordings folder space?')
    : ok('recordings', text);
}

/** Recordings that are past their time and not deleted, because nobody can prove that they are whole. */
async function retention(vault: Vault): Promise<Check> {
  const unproven = await vault.store.transaction(async (records) => {
    const safes = (await records.safes.safes()).filter(({ recipient }) => recipient !== null);
    const found = [];
    for (const safe of safes) found.push(...(await expiredOf(vault, records, safe, false)));
    return found;
  });
  return unproven.length === 0
    ? ok('retention', 'no recording is kept longer than policy says, but for holds')
    : warn(
        'retention',
        `${unproven.length} past their time are kept, because they did not come to their safe whole: ${unproven[0]?.id ?? ''}`,
        'postern recordings verify; postern recordings delete ID --reason TEXT',
      );
}

function space({ settings }: Vault): Check {
  const path = settings.paths.spool;
  try {
    const { bavail, bsize } = statfsSync(path);
    const free = Math.floor((bavail * bsize) / MB);
    const text = `${free} MB free, ${settings.spoolReserveMb} MB are kept for running sessions`;
    return free > settings.spoolReserveMb
      ? ok('spool', text)
      : bad('spool', text, 'Free some space: new sessions are refused.');
  } catch {
    return bad('spool', `${path} is not there`, 'Restart Postern.');
  }
}

function ok(part: string, detail: string): Check {
  return { part, state: 'ok', detail, next: null };
}

function warn(part: string, detail: string, next: string): Check {
  return { part, state: 'warning', detail, next };
}

function bad(part: string, detail: string, next: string): Check {
  return { part, state: 'failure', detail, next };
}
