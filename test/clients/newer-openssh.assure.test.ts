/** OpenSSH of Debian 13, which prefers a key exchange that withstands quantum computers, and in later versions warns about any other. */
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HYBRID } from '#/door/hybrid-exchange.js';
import { openTwoWays, type TwoWays } from '../helpers/two-ways.ts';

let ways: TwoWays;
/** A whole Debian 13, in which its client is run. */
let debian: string;

beforeAll(async () => {
  debian = mkdtempSync(join(tmpdir(), 'postern-debian-'));
  const options = ['--variant=minbase', '--include=openssh-client'];
  execFileSync('debootstrap', [...options, 'trixie', debian, mirror()], { stdio: 'ignore' });
  ways = await openTwoWays();
  copyFileSync(ways.identity, join(debian, 'key'));
}, 600_000);
afterAll(async () => {
  await ways?.remove();
  rmSync(debian, { recursive: true, force: true });
});

/** Where this machine has its own packages from. */
function mirror(): string {
  const asked = ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages', 'Codename: bookworm'];
  const [first] = execFileSync('apt-get', asked, { encoding: 'utf8' }).split('\n');
  if (first === undefined || first === '') throw new Error('this machine knows no mirror of Debian');
  return first;
}

const OPTIONS = ['BatchMode=yes', 'StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null'];

/** @param options go before the place, `rest` follows it. Gives what the client wrote, and what it told about itself. */
function inDebian(program: 'ssh' | 'sftp', options: readonly string[], rest: readonly string[] = []) {
  const { port, user } = ways.host('via');
  const words = ['-v', '-i', '/key', '-o', `Port=${port}`, ...OPTIONS.flatMap((option) => ['-o', option])];
  const log = join(debian, 'log');
  const out = execFileSync(
    'sh',
    [
      '-c',
      'exec chroot "$@" 2>"$0"',
      log,
      debian,
      program,
      ...words,
      ...options,
      `${user}@127.0.0.1`,
      ...rest,
    ],
    { input: '', maxBuffer: 2 ** 28 },
  );
  return { out, log: readFileSync(log, 'utf8') };
}

const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

test('agrees on the hybrid exchange, and again while 30 MB pass', { timeout: 120_000 }, () => {
  const { out, log } = inDebian('ssh', ['-o', 'RekeyLimit=4M'], ["head -c 30000000 /dev/zero | tr '\\0' x"]);
  expect(log.split(`kex: algorithm: ${HYBRID}`).length - 1).toBeGreaterThan(3);
  expect(sha256(out)).toBe(sha256('x'.repeat(30_000_000)));
});

test('copies a file there and back', { timeout: 120_000 }, () => {
  const bytes = randomBytes(3_000_000);
  const remote = `/tmp/postern-newer-${process.pid}`;
  writeFileSync(join(debian, 'sent'), bytes);
  writeFileSync(join(debian, 'batch'), `put /sent ${remote}\nget ${remote} /got\nrm ${remote}\n`);
  inDebian('sftp', ['-b', '/batch']);
  expect(sha256(readFileSync(join(debian, 'got')))).toBe(sha256(bytes));
});
