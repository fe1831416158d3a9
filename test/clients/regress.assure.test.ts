/** OpenSSH's own regression scripts (Debian: openssh-tests) against Postern; docs/clients.md says which do not suit, and why. */

import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ALGORITHMS } from '#/door/ssh-algorithms.js';
import { openTwoWays, run, type TwoWays } from '../helpers/two-ways.ts';

const SCRIPTS = [
  'broken-pipe',
  'connect',
  'connect-uri',
  'dynamic-forward',
  'envpass',
  'exit-status',
  'exit-status-signal',
  'forward-control',
  'forwarding',
  'localcommand',
  'multiplex',
  'portnum',
  'rekey',
  'scp',
  'scp-uri',
  'scp3',
  'sftp',
  'sftp-badcmds',
  'sftp-batch',
  'sftp-cmds',
  'sftp-glob',
  'sftp-uri',
  'stderr-after-eof',
  'stderr-data',
  'transfer',
  'try-ciphers',
  'yes-head',
] as const;

let ways: TwoWays;
let folder: string;
beforeAll(async () => {
  ways = await openTwoWays();
  for (const way of ['localForwarding', 'remoteForwarding'])
    await ways.postern.json(['policy', 'set', way, '127.0.0.1:*,localhost:*']);
  folder = mkdtempSync('/tmp/postern-regress-');
  cpSync('/usr/lib/openssh/regress', folder, { recursive: true });
  copyFileSync(join(import.meta.dirname, 'regress/run-script.sh'), join(folder, 'run-script.sh'));
  copyFileSync(ways.identity, join(folder, 'key'));
  // as the account's user: the scripts believe that both ends are the same machine and the same person
  const [command, ...inside] = ways.target.inside;
  execFileSync(command, [...inside, 'chown', '-R', 'admin60', folder]);
}, 90_000);
afterAll(async () => {
  await ways?.remove();
  rmSync(folder, { recursive: true, force: true });
});

test.each(SCRIPTS)('%s', { timeout: 400_000 }, async (script) => {
  const ran = await run(
    [
      ...ways.target.inside,
      'env',
      `--chdir=${folder}`,
      'setpriv',
      '--reuid',
      'admin60',
      '--regid',
      'admin60',
      '--clear-groups',
      'bash',
      'run-script.sh',
      folder,
      script,
    ],
    {
      input: 'none',
      cwd: folder,
      env: {
        HOME: folder,
        HOST_PORT: String(ways.postern.port),
        // no `#`: scp would not take it
        HOST_USER: `alice%admin60%127.0.0.1%${ways.target.port}`,
        HOST_KEY: join(folder, 'key'),
        KEX: ALGORITHMS.kex.join(' '),
        CIPHERS: ALGORITHMS.cipher.join(' '),
        MACS: ALGORITHMS.hmac.join(' '),
      },
    },
  );
  const said = ran.out.toString();
  expect({
    status: ran.status,
    failed: said.split('\n').filter((line) => /^(FAIL|FATAL|SKIPPED)/.test(line)),
  }).toEqual({
    status: 0,
    failed: [],
  });
  expect(said).toMatch(/^tried: ./m);
});
