/** Settings of policy as people and administrators meet them: values and where they come from, and reasons. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Postern, startPostern } from '../helpers/postern.ts';
import { ssh } from '../helpers/ssh-screen.ts';
import { startTarget, type Target } from '../helpers/target.ts';
import { keyOf, PERSON_PASSWORD, PROMPT, prepare, SAFE } from '../helpers/walk.ts';

let postern: Postern;
let target: Target;
let identity: string;
let folder: string;
let account: string;

beforeAll(async () => {
  [postern, target] = await Promise.all([startPostern(), startTarget()]);
  ({ accountId: account } = await prepare(postern, target));
  identity = await keyOf(postern, 'alice');
  folder = mkdtempSync(join(tmpdir(), 'postern-policy-'));
  const lines = [
    `Port ${postern.port}`,
    `User alice%admin60%127.0.0.1#${target.port}`,
    'HostName 127.0.0.1',
    `IdentityFile ${identity}`,
    ...['IdentitiesOnly yes', 'IdentityAgent none', 'BatchMode yes', 'StrictHostKeyChecking no'],
    ...['UserKnownHostsFile /dev/null', 'LogLevel ERROR'],
  ];
  writeFileSync(join(folder, 'config'), `Host via\n  ${lines.join('\n  ')}\n`);
}, 90_000);
afterAll(async () => {
  await postern?.remove();
  await target?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function via(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn('ssh', ['-F', join(folder, 'config'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (err += bytes.toString()));
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, out, err };
}

test('settings: said in words, shown with where they come from, and refused with what is allowed', {
  timeout: 60_000,
}, async () => {
  const set = await postern.cli([
    'platform',
    'set',
    'UnixSSH',
    'localForwarding',
    '127.0.0.1:*,',
    'db1:5432',
  ]);
  expect(set.stdout).toBe('localForwarding is 127.0.0.1:*,db1:5432 (platform UnixSSH)\n');
  expect((await postern.cli(['safe', 'set', SAFE, 'idleminutes', '7'])).stdout).toBe(
    `idleMinutes is 7 (safe ${SAFE})\n`,
  );
  expect(await postern.json(['account', 'set', account, 'tellWhenWatched', 'yes'])).toMatchObject({
    name: 'tellWhenWatched',
    value: true,
    own: true,
  });
  const shown = (await postern.cli(['account', 'show', account])).stdout;
  expect(shown).toMatch(/^localForwarding +127\.0\.0\.1:\*,db1:5432 +platform UnixSSH /m);
  expect(shown).toMatch(/^idleMinutes +7 +safe Windows-Domain-Safe /m);
  expect(shown).toMatch(/^tellWhenWatched +yes +account admin60@127\.0\.0\.1 /m);
  expect((await postern.cli(['explain', 'alice', account])).stdout).toMatch(
    /^info +setting idleMinutes +7 +safe Windows-Domain-Safe$/m,
  );
  expect((await postern.cli(['safe', 'show', SAFE])).stdout.split('\n')).toHaveLength(3);
  expect((await postern.cli(['platform', 'list'])).stdout).toMatch(/^UnixSSH +- +22 +\d +localForwarding$/m);
  const wrong = await postern.cli(['account', 'set', account, 'fourEyes', 'perhaps']);
  expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining('fourEyes takes: yes or no')]);
  const system = await postern.cli(['policy', 'set', 'idleMinutes', '5']);
  expect([system.status, system.stderr]).toEqual([2, expect.stringContaining('config.json')]);
  expect((await postern.cli(['platform', 'unset', 'UnixSSH', 'localForwarding'])).stdout).toBe(
    'localForwarding is none (default)\n',
  );
  expect((await postern.cli(['account', 'unset', account, 'tellWhenWatched'])).status).toBe(0);
});

describe('where a reason is required', () => {
  beforeAll(async () => {
    await postern.json(['account', 'set', account, 'reasonRequired', 'yes']);
  });
  afterAll(async () => {
    await postern.json(['account', 'unset', account, 'reasonRequired']);
  });
  const lastReason = async () =>
    (await postern.json<{ reason: string | null }[]>(['recordings', 'list']))[0]?.reason;

  test('a command without one is told exactly how to give it, and works so', {
    timeout: 60_000,
  }, async () => {
    const without = await via(['-T', 'via', 'echo ran']);
    expect(without).toMatchObject({ status: 255, out: '' });
    expect(without.err).toMatch(/^postern: .*reason.*\(REASON_NEEDED\)\n$/);
    // as the message has it
    const option = /ssh -o '(SetEnv=[^']+)'/.exec(without.err)?.[1]?.replace('why', 'incident 42');
    expect(option).toBe('SetEnv=LC_POSTERN_REASON="incident 42"');
    expect(await via(['-T', '-o', option ?? '', 'via', 'echo "ran $LC_POSTERN_REASON"'])).toEqual({
      ...{ status: 0, err: '' },
      out: 'ran \n',
    });
    expect(await lastReason()).toBe('incident 42');
    const sent = await via(['-T', '-o', 'SendEnv=LC_POSTERN_REASON', 'via', 'true'], {
      LC_POSTERN_REASON: 'ticket 7',
    });
    expect(sent.status).toBe(0);
    expect(await lastReason()).toBe('ticket 7');
    const rows = await postern.json<{ code: number; detail: string }[]>(['audit', 'list', '--limit', '40']);
    expect(rows.filter((row) => row.code === 300).map((row) => row.detail)).toContain(
      'command true; reason: ticket 7',
    );
  });

  test('each channel of one connection is judged anew', { timeout: 60_000 }, async () => {
    const shared = ['-T', '-o', `ControlPath=${join(folder, 'master')}`, '-o', 'SendEnv=LC_POSTERN_REASON'];
    const because = (reason: string) => ({ LC_POSTERN_REASON: reason });
    const master = ['-o', 'ControlMaster=yes', '-o', 'ControlPersist=20'];
    expect((await via([...shared, ...master, 'via', 'echo 1'], because('first'))).out).toBe('1\n');
    expect((await via([...shared, 'via', 'echo 2'])).err).toContain('REASON_NEEDED');
    expect((await via([...shared, 'via', 'echo 3'], because('third'))).out).toBe('3\n');
    expect(await lastReason()).toBe('third');
    await postern.json(['account', 'set', account, 'reasonRequired', 'no']);
    expect((await via([...shared, 'via', 'echo 4'])).out).toBe('4\n');
    await postern.json(['account', 'set', account, 'reasonRequired', 'yes']);
    await via([...shared, '-O', 'exit', 'via']);
  });

  test('the door asks who logs in by password, and the screen who comes with a key', {
    timeout: 60_000,
  }, async () => {
    const typed = ssh(postern.port, `alice@admin60@127.0.0.1#${target.port}`);
    await typed.sees('Password: ');
    typed.type(PERSON_PASSWORD).press('enter');
    await typed.sees('Reason for connecting: ');
    typed.type('door 1').press('enter');
    await typed.output(PROMPT, 30);
    expect((await postern.json<{ reason: string }[]>(['sessions', 'list']))[0]?.reason).toBe('door 1');
    typed.type('exit\r');
    expect(await typed.exited).toBe(0);

    const screen = ssh(postern.port, `alice@admin60@127.0.0.1#${target.port}`, { identity });
    await screen.sees('Policy asks for a reason');
    screen.type('screen 2').press('enter');
    await screen.output(PROMPT, 30);
    screen.type('exit 4\r');
    expect(await screen.exited).toBe(4);
    expect(await lastReason()).toBe('screen 2');
  });
});
