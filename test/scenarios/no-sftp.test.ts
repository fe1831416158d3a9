/** Targets that serve no files: the person reads whose fault it is and what to do instead. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type MuteTarget, startMuteTarget } from '../helpers/mute-target.ts';
import { type Postern, startPostern } from '../helpers/postern.ts';
import { startTarget, type Target } from '../helpers/target.ts';
import { ACCOUNT_PASSWORD, keyOf, prepare, SAFE } from '../helpers/walk.ts';

let postern: Postern;
let folder: string;
let config: string;
let mute: MuteTarget;
const targets: Target[] = [];

beforeAll(async () => {
  postern = await startPostern();
  targets.push(
    await startTarget(undefined, undefined, null),
    await startTarget(undefined, undefined, '/nowhere/sftp-server'),
  );
  const [refuses, lacks] = targets as [Target, Target];
  mute = await startMuteTarget('refuses');
  await prepare(postern, refuses);
  lacks.addUser('admin60', ACCOUNT_PASSWORD);
  for (const one of [lacks, mute])
    await postern.json(
      [
        ...['account', 'add', '--safe', SAFE, '--address', '127.0.0.1', '--port', String(one.port)],
        ...['--user', 'admin60', '--password-stdin', '--host-key', one.hostKey],
      ],
      ACCOUNT_PASSWORD,
    );
  const identity = await keyOf(postern, 'alice');
  folder = mkdtempSync(join(tmpdir(), 'postern-no-sftp-'));
  config = join(folder, 'config');
  const host = (name: string, port: number): string =>
    `Host ${name}\n  User alice%admin60%127.0.0.1#${port}\n`;
  writeFileSync(
    config,
    `${host('refuses', refuses.port)}${host('lacks', lacks.port)}${host('mute', mute.port)}Host *\n  Port ${postern.port}\n  HostName 127.0.0.1\n  IdentityFile ${identity}\n  IdentitiesOnly yes\n  IdentityAgent none\n  BatchMode yes\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n  LogLevel ERROR\n`,
  );
}, 90_000);
afterAll(async () => {
  await postern?.remove();
  for (const target of targets) await target.stop();
  mute?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function run(command: string, args: readonly string[]) {
  const child = spawn(command, [...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (err += bytes.toString()));
  child.stdin.end();
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, out, err };
}

test.each([
  ['refuses', 'its SSH server refuses it'],
  ['lacks', 'its server for them ended with status 127'],
] as const)('to a target which %s it', { timeout: 60_000 }, async (host, why) => {
  const said = `postern: The target serves no files over sftp (${why}). Copy without it: scp -O, or rsync.`;
  for (const [command, ...args] of [
    ['sftp', '-F', config, host],
    ['scp', '-F', config, config, `${host}:copy`],
    ['ssh', '-F', config, '-s', host, 'sftp'],
  ] as const)
    expect(await run(command, args)).toMatchObject({
      status: 255,
      out: '',
      err: expect.stringContaining(said) as string,
    });
  // what it says to do
  expect(await run('scp', ['-O', '-F', config, config, `${host}:copy`])).toMatchObject({
    status: 0,
    err: '',
  });
  const audit = await postern.json<{ code: string; stage: number | null; detail: string | null }[]>([
    ...['audit', 'list', '--limit', '80'],
  ]);
  expect(JSON.stringify(audit)).toContain(why);
});

test('one that refuses whatever is asked for, and never closes what it refused, holds nobody', {
  timeout: 60_000,
}, async () => {
  for (const [args, said] of [
    [['-s', 'mute', 'sftp'], 'serves no files over sftp (its SSH server refuses it). Copy without it'],
    [['mute', 'true'], 'did not run what it was asked to run (its SSH server refuses it). It may let'],
  ] as const)
    expect(await run('ssh', ['-F', config, ...args])).toMatchObject({
      status: 255,
      out: '',
      err: expect.stringContaining(`postern: The target ${said}`) as string,
    });
});
