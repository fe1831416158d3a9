/** A target that opens a session and never answers what is asked for on it: its person is told, and let go. */
import { execFile } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type MuteTarget, startMuteTarget } from '../helpers/mute-target.ts';
import { type Postern, startPostern } from '../helpers/postern.ts';
import { ACCOUNT_PASSWORD, addPerson, keyOf, SAFE } from '../helpers/walk.ts';

let postern: Postern;
let mute: MuteTarget;

beforeAll(async () => {
  [postern, mute] = await Promise.all([startPostern(), startMuteTarget('ignores')]);
  await addPerson(postern, 'alice');
  await postern.json(['safe', 'add', SAFE]);
  await postern.json(['safe', 'member', 'add', SAFE, 'alice', '--preset', 'ConnectOnly']);
  await postern.json(
    [
      ...['account', 'add', '--safe', SAFE, '--address', '127.0.0.1', '--port', String(mute.port)],
      ...['--user', 'admin60', '--password-stdin', '--host-key', mute.hostKey],
    ],
    ACCOUNT_PASSWORD,
  );
}, 90_000);
afterAll(async () => {
  await postern?.remove();
  mute?.stop();
});

test.each([
  [['-s', 'sftp'], 'The target serves no files over sftp (it did not answer when it was asked).'],
  [['true'], 'The target did not run what it was asked to run (it did not answer when it was asked).'],
] as const)('asked for %s', { timeout: 90_000 }, async ([first, ...rest], said) => {
  const options = ['IdentitiesOnly=yes', 'IdentityAgent=none', 'BatchMode=yes', 'LogLevel=ERROR'];
  const anyKey = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null'];
  const args = [
    ...['-F', 'none', '-p', String(postern.port), '-i', await keyOf(postern, 'alice')],
    ...[...options, ...anyKey].flatMap((one) => ['-o', one]),
    ...(first === '-s' ? ['-s'] : []),
    `alice%admin60%127.0.0.1#${mute.port}@127.0.0.1`,
    ...(first === '-s' ? rest : [first]),
  ];
  const seen = await new Promise((resolve) =>
    execFile('ssh', args, { timeout: 60_000 }, (error, out, err) => resolve({ code: error?.code, out, err })),
  );
  expect(seen).toEqual({ code: 255, out: '', err: expect.stringContaining(`postern: ${said}`) as string });
});
