/** Client by operation: through the bastion each does the same, to the byte, as straight to the target. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Done,
  hash,
  openTwoWays,
  type RunOptions,
  run,
  type TwoWays,
  type Way,
} from '../helpers/two-ways.ts';
import { type Client, everyClient } from './clients.ts';

let ways: TwoWays;
let clients: readonly Client[];
beforeAll(async () => {
  ways = await openTwoWays();
  clients = everyClient(ways);
}, 120_000);
afterAll(() => ways?.remove());

/** By name, because tables are made before the rig is there. */
const NAMES = [
  'ssh and scp of OpenSSH',
  'scp as it was (-O)',
  'sftp of OpenSSH',
  "Dropbear's dbclient (rsync over it)",
  "PuTTY's plink and pscp",
  "PuTTY's pscp -scp",
  "PuTTY's psftp",
  'paramiko',
  'asyncssh',
  'asyncssh, scp',
  'libssh',
  'ssh2',
  'rsync over ssh',
] as const;
const COMMANDERS = NAMES.filter((name) => !/^scp|^sftp|pscp -scp|psftp|, scp|rsync over ssh/.test(name));

function clientOf(name: string): Client {
  const found = clients.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no client ${name}`);
  return found;
}

const seconds = 1000;
const big = randomBytes(10 * 1024 * 1024);
const script = Buffer.from(`# ${'x'.repeat(64 * 1024)}\necho "$#"; exit 4\n`);
const everyByte = Buffer.from(Array.from({ length: 1024 }, (_, i) => i & 255));

const OPERATIONS: readonly (readonly [string, string, Buffer | 'none'])[] = [
  ['output, errors and status apart', 'echo out; echo err >&2; exit 37', 'none'],
  ['arguments as they are', "printf '%s|' 'a  b' \"c'd\" '$HOME' --opt ' '; printf x\\\\ny", 'none'],
  ['no input', 'wc -c', 'none'],
  ['a script of 64 KiB on standard input', 'sh -s a b', script],
  ['10 MB there', 'sha256sum', big],
  ['10 MB there and back', 'cat', big],
  [
    '10 MB of output and of errors at once',
    'yes out | head -c 10000000; yes err | head -c 10000000 >&2',
    'none',
  ],
  ['every byte', 'cat', everyByte],
  ['the end of input is seen at once', 'cat; echo after', Buffer.from('x')],
  ['a command that is not there', 'no-such-command-here', 'none'],
  ['output that nobody ends', 'echo one; exec >&- 2>&-; sleep 1', 'none'],
];

/** What Dropbear and PuTTY say about themselves is not the command's. */
const ownWords = /^(dbclient: .*|Access granted.*)?\n?/gm;

function told({ status, out, err }: Done) {
  return {
    status,
    out: hash(out),
    err: hash(Buffer.from(err.replace(ownWords, ''))),
    errors: err.slice(0, 300),
  };
}

describe.each(COMMANDERS)('%s', (name) => {
  test.each(OPERATIONS)('%s', { timeout: 60 * seconds }, async (_what, command, input) => {
    const { exec, env } = clientOf(name);
    if (exec === null) throw new Error('it runs no commands');
    const ask = (way: Way, options: RunOptions) => run(exec(way, command), { ...options, env: env(way) });
    const straight = told(await ask('straight', { input }));
    expect(told(await ask('via', { input }))).toEqual(straight);
  });
});

describe.each(NAMES)('%s', (name) => {
  test.each([0, 1, 32_768, 3_000_001])(
    'a file of %i bytes there and back',
    { timeout: 60 * seconds },
    async (size) => {
      const { put, get, env } = clientOf(name);
      const [local, back] = [join(ways.folder, 'local'), join(ways.folder, 'back')];
      const bytes = randomBytes(size);
      for (const way of ['straight', 'via'] as const) {
        const remote = `file-${size}-${way}`;
        writeFileSync(local, bytes);
        writeFileSync(back, 'before');
        const options = { env: env(way) };
        expect(await run(put(way, local, remote), options), way).toMatchObject({ status: 0 });
        expect(await run(get(way, remote, back), options), way).toMatchObject({ status: 0 });
        expect(hash(readFileSync(back))).toBe(hash(bytes));
      }
    },
  );

  test('a file that is not there', { timeout: 60 * seconds }, async () => {
    const { get, env } = clientOf(name);
    const ask = (way: Way) => run(get(way, 'not-there', join(ways.folder, 'nothing')), { env: env(way) });
    const [straight, via] = [await ask('straight'), await ask('via')];
    expect(via.status).toBe(straight.status);
    expect(words(via)).toBe(words(straight));
  });
});

/** Without what names the way. */
function words({ err, out }: Done): string {
  return `${err}${out.toString()}`
    .replace(/Pre-authentication banner[^]*?End of banner message from server\n/, '')
    .replace(/\b(via|straight)\b/g, 'WAY')
    .replace(/alice%admin60%127\.0\.0\.1#\d+/g, 'admin60');
}
