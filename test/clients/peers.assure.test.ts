/** Peers that are there and say nothing any more, and many that come at once. */
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../helpers/postern.ts';
import { openTwoWays, run, type TwoWays } from '../helpers/two-ways.ts';

const ASK_EVERY = 2;
/** Three questions without an answer, and what this machine may need beside. */
const NOTICED = ASK_EVERY * 4 + 6;

let ways: TwoWays;
beforeAll(async () => {
  ways = await openTwoWays({ keepAliveSeconds: ASK_EVERY });
}, 120_000);
afterAll(() => ways?.remove());

const running = async (): Promise<number> =>
  (await ways.postern.json<unknown[]>(['sessions', 'list'])).length;

/** ssh with something that runs and says so. */
async function begun(words: readonly string[] = []) {
  const child = spawn('ssh', ['-F', ways.config, '-T', 'via', ...words, 'echo here; exec cat'], {
    stdio: 'pipe',
  });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (bytes: Buffer) => out.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => err.push(bytes));
  child.stdin.on('error', () => undefined);
  const over = new Promise<number | null>((resolve) => child.once('close', resolve));
  await eventually('the session', () => Buffer.concat(out).includes('here'));
  return { child, over, err: () => Buffer.concat(err).toString() };
}

test('a client that is stopped is noticed within the configured time', async () => {
  const { child, over } = await begun();
  child.kill('SIGSTOP');
  expect(await running()).toBe(1);
  await eventually('its session to end', async () => (await running()) === 0, NOTICED);
  child.kill('SIGCONT');
  expect(await over).toBe(255);
});

test('a target that freezes is noticed within the configured time, and said to be lost', async () => {
  const { over, err } = await begun();
  const frozen = serversOf(ways.target.port);
  expect(frozen.length).toBeGreaterThan(0);
  for (const pid of frozen) process.kill(pid, 'SIGSTOP');
  const begunAt = Date.now();
  try {
    expect(await over).toBe(255);
  } finally {
    for (const pid of frozen) process.kill(pid, 'SIGCONT');
  }
  expect(Date.now() - begunAt).toBeLessThan(NOTICED * 1000);
  expect(err()).toMatch(/^postern: .*target.*lost.*does not answer any more/m);
});

/** The processes of sshd that serve somebody. */
function serversOf(port: number): number[] {
  const master = Number(readFileSync(join(ways.target.folder, 'pid'), 'utf8'));
  expect(port).toBe(ways.target.port);
  return execFileSync('ps', ['-o', 'pid=', '--ppid', String(master)], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .flatMap((line) => [
      Number(line),
      ...execFileSync('sh', ['-c', 'ps -o pid= --ppid "$1" || true', 'sh', line.trim()], { encoding: 'utf8' })
        .trim()
        .split('\n')
        .filter((one) => one !== '')
        .map(Number),
    ]);
}

test('64 commands within a second all reach a target that bears ten logins at once', async () => {
  // as sshd is when nobody changes it
  const file = join(ways.target.folder, 'sshd_config');
  writeFileSync(file, readFileSync(file, 'utf8').replace('MaxStartups 200', 'MaxStartups 10:30:100'));
  process.kill(Number(readFileSync(join(ways.target.folder, 'pid'), 'utf8')), 'SIGHUP');
  await eventually('sshd to be back', () =>
    run(['ssh', '-F', ways.config, 'straight', 'true']).then(({ status }) => status === 0),
  );
  const all = await Promise.all(
    Array.from({ length: 64 }, (_, n) =>
      run(['ssh', '-F', ways.config, '-T', 'via', `echo ${n}; exit ${n}`]),
    ),
  );
  expect(all.map(({ status, out, err }) => `${status} ${out.toString()}${err}`)).toEqual(
    Array.from({ length: 64 }, (_, n) => `${n} ${n}\n`),
  );
});
