import { decodeQR } from 'qr/decode.js';
import { expect, test, vi } from 'vitest';
import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import { base32, otpauthUri } from '#/portal/otpauth.js';
import { qrLines } from '#/portal/qr.js';
import type { LoggedIn } from '#/portal/services.js';
import { alice, ENROLMENT, FACTOR, KEYS } from '../fake-services.ts';
import { mount } from '../mount.ts';

const waits: LoggedIn = { ...alice, secondFactor: 'code' };
const mustEnrol: LoggedIn = { ...alice, secondFactor: 'enrol' };
const URI = 'otpauth://totp/Postern:alice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Postern';

test.each([
  ['', ''],
  ['f', 'MY'],
  ['fo', 'MZXQ'],
  ['foo', 'MZXW6'],
  ['foobar', 'MZXW6YTBOI'],
  ['12345678901234567890', 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'],
])('base 32 of %j is %s (RFC 4648 §10)', (text, encoded) => {
  expect(base32(Buffer.from(text))).toBe(encoded);
});

/** Reads what is drawn as a camera does: light modules are those of the text. */
function scan(lines: readonly string[]): string {
  const columns = Math.max(...lines.map((line) => line.length));
  const scale = 4;
  const rows = lines.length * 2;
  const data = new Uint8Array(columns * scale * rows * scale * 4).fill(255);
  for (let y = 0; y < rows * scale; y += 1)
    for (let x = 0; x < columns * scale; x += 1) {
      const row = Math.floor(y / scale);
      const sign = lines[row >> 1]?.[Math.floor(x / scale)] ?? ' ';
      const light = sign === '█' || sign === (row % 2 === 0 ? '▀' : '▄');
      data.fill(light ? 255 : 0, (y * columns * scale + x) * 4, (y * columns * scale + x) * 4 + 3);
    }
  return decodeQR({ width: columns * scale, height: rows * scale, data });
}

test('a QR code is drawn as large as the room allows, or not at all', () => {
  expect(otpauthUri(ENROLMENT)).toBe(URI);
  for (const rows of [21, 23, 50]) {
    const lines = qrLines(URI, { columns: 60, rows });
    expect(lines?.length).toBeLessThanOrEqual(rows);
    expect(scan(lines ?? [])).toBe(URI);
  }
  expect(qrLines(URI, { columns: 60, rows: 20 })).toBeNull();
  expect(qrLines(URI, { columns: 40, rows: 50 })).toBeNull();
});

test('the code after the password: wrong, then right', async () => {
  const verifyCode = vi.fn((code: Buffer) =>
    Promise.resolve(
      code.toString() === '123456' ? done({ recoveryLeft: null }) : failed(failure('CODE_REFUSED')),
    ),
  );
  const { terminal } = mount({ loggedIn: waits, services: { verifyCode } });
  expect(await terminal.screen('Code    _', 'Enter go on')).toMatchInlineSnapshot(`
    " Postern                                                              19:40 UTC
     privileged sessions, recorded
    ────────────────────────────────────────────────────────────────────────────────





              ╭─ Second factor ─────────────────────────────────────────╮
              │ The code that your authenticator shows now:             │
              │                                                         │
              │ > Code    _                                             │
              │                                                         │
              │ Authenticator lost? A recovery code opens, too, each of │
              │ them once.                                              │
              ╰─────────────────────────────────────────────────────────╯







     Enter go on  Esc leave"
  `);
  terminal.type('000000');
  await terminal.sees('000000');
  terminal.press('enter');
  await terminal.sees('That code was not accepted.');
  terminal.type('123456');
  terminal.press('enter');
  await terminal.sees('[Accounts]');
  expect(verifyCode).toHaveBeenCalledTimes(2);
});

test('a recovery code says how many are left; a new password may come after the code', async () => {
  const verifyCode = () => Promise.resolve(done({ recoveryLeft: 3 }));
  const { terminal } = mount({ loggedIn: waits, services: { verifyCode } });
  await terminal.sees('Code ');
  terminal.type('abcd-efgh-jkmn-0000');
  terminal.press('enter');
  await terminal.sees('3 recovery codes are left.');

  const other = mount({ loggedIn: { ...waits, mustChange: true } });
  await other.terminal.sees('Code ');
  other.terminal.type('123456');
  other.terminal.press('enter');
  await other.terminal.sees('Choose a new password');
});

test('who must enrol scans, types a code, and writes the recovery codes down', async () => {
  const { terminal } = mount({ loggedIn: mustEnrol });
  const text = await terminal.screen('2 Type the code', 'Enter go on');
  expect(text).toMatchInlineSnapshot(`
    "█████████████████████████████████████████  Second factor
    ██ ▄▄▄▄▄ █ ██▀▀  ▀▄▀▄▀▄ ███▄▀▄ █ ▄▄▄▄▄ ██
    ██ █   █ █  ▀█ █▄██▄▀█▀ ▄█▄▀▀▀ █ █   █ ██  A group of yours requires one.
    ██ █▄▄▄█ █▀  █▄███▀▄  ▀█▄██ ▄▄ █ █▄▄▄█ ██
    ██▄▄▄▄▄▄▄█▄█ ▀▄▀▄▀ ▀ ▀▄▀▄▀▄█ ▀▄█▄▄▄▄▄▄▄██  1 Scan this with an authenticator
    ██  ▀█ ▄▄▀▀▀▄█▄ ▀█▀▄█▀▄█▄██▀█▀▀▀█▄▀ ▄ ▄██  app, or type the key:
    ██▄▄██▀▀▄█▀▄▀█▀█▀█▄▀▀▀ ▀█ ▀█▄▄▀▀█▄▄▄ ████  GEZD GNBV GY3T QOJQ GEZD GNBV GY3T
    ██▀ ▀▄▄▄▄▀  █▄▀▄▄▄█▄█▀▄█▄███▄▀ ▄▄█▀█  ▄██  QOJQ
    ██▄ ▀▀▄▄▄▄▀▄▀ ▄ ▄▄▄▀▀█▄ █▄▄█ ▄███    ████  Postern, alice
    ██▄▀ ▄▀▄▄█▄█▀█▄ ▀ ▀▄█ █▀ ▀▀ ▀ ▄ ▄▄▀▄ █▄██
    ██▄███▄▀▄▄▄ ▄█▀█▀▄   █▀▀  ▄▄  █ ▀██ ▀▀███  2 Type the code that it shows:
    ███  █▀█▄▀ ▀ ▄▀▄▄▀ ▄▀ ██▄▄█ ▀▀▀▄▄█ ▀ ▀▄██  > Code   _
    ███▄▄ ▄█▄▀ ▄█ ▄ ▄ █  ▀▄ ▀▄ █ ▄▀▀   ▀▀▀███
    ██▀▄ ▄ █▄ █▄ █▄ ▀▀▀▄█▄▀█▄█▄▄█▀▀▀▄ ▀▀  ▄██  Six digits, new every 30 seconds.
    █████ ▀▄▄▀ ▀▄█▀█▀ ▄▀██▄▀█▄▀▄█ ▀  ███▀█▀██
    ██▄▄▄███▄█ █▄▄▀▄▄▀  ▄▀█▀▄██ ▀▄ ▄▄▄  ▄▄███
    ██ ▄▄▄▄▄ █▀▀  ▄ ▄▄▀  ▀ ▀▀▄██▄█ █▄█ ▄ █▀██
    ██ █   █ █▄▄▀█▄ ▀▀ ██ ▄█▄█▄ ▀█▄  ▄▄▀ ▀ ██
    ██ █▄▄▄█ █▀█▀█▀█▀▄█ █▀▀▀ ▄▀▄ ▀█ ▄▄██▀▀███
    ██▄▄▄▄▄▄▄█▄█▄▄█▄▄▄█▄█▄██▄▄▄▄█▄█▄▄█▄▄▄▄▄██
    ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀


     Enter go on  Esc not now"
  `);
  expect(
    scan(
      text
        .split('\n')
        .map((line) => line.slice(0, 45))
        .filter((line) => /[█▀▄]/.test(line))
        .map((line) => line.replace(/[^█▀▄ ].*$/u, '')),
    ),
  ).toBe(URI);
  terminal.type('000000');
  terminal.press('enter');
  await terminal.sees('That code was not accepted.');
  terminal.type('123456');
  terminal.press('enter');
  await terminal.sees('I have written them down');
  expect(await terminal.seesNot('not now')).toMatchInlineSnapshot(`
    "



            ╭─ Your recovery codes ────────────────────────────────────────╮
            │ When your authenticator is lost, each of these opens once in │
            │ place of its code. They are not shown again: write them down │
            │ now.                                                         │
            │                                                              │
            │   abcd-efgh-jkmn-0000   abcd-efgh-jkmn-0005                  │
            │   abcd-efgh-jkmn-0001   abcd-efgh-jkmn-0006                  │
            │   abcd-efgh-jkmn-0002   abcd-efgh-jkmn-0007                  │
            │   abcd-efgh-jkmn-0003   abcd-efgh-jkmn-0008                  │
            │   abcd-efgh-jkmn-0004   abcd-efgh-jkmn-0009                  │
            │                                                              │
            │ Enter I have written them down                               │
            ╰──────────────────────────────────────────────────────────────╯






     Enter go on"
  `);
  terminal.press('escape');
  terminal.press('enter');
  await terminal.screen('[Accounts]', 'Your second factor is set up.');
});

test('at 60x20, and without Unicode, there is no room for a QR code: the key is there as text', async () => {
  const small = mount({ loggedIn: mustEnrol, columns: 60, rows: 20 });
  expect(await small.terminal.screen('2 Type the code', 'Enter go on')).toMatchInlineSnapshot(`
    "

    ╭─ Second factor ─────────────────────────────────────────╮
    │ A group of yours requires one.                          │
    │                                                         │
    │ 1 Give this key to an authenticator app. (The window is │
    │ too small for a QR code: a larger one shows it.)        │
    │ GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ                 │
    │ Postern, alice                                          │
    │                                                         │
    │ 2 Type the code that it shows:                          │
    │ > Code   _                                              │
    │                                                         │
    │ Six digits, new every 30 seconds.                       │
    ╰─────────────────────────────────────────────────────────╯




     Enter go on  Esc not now"
  `);
  const plain = mount({ loggedIn: mustEnrol, env: { color: 'none', unicode: false } });
  const text = await plain.terminal.screen('2 Type the code', 'Enter go on');
  expect(text).toContain('cannot draw a QR code');
  expect(text).toMatch(/^[\x20-\x7e\n]*$/);
});

test('one sees his second factor and keys, and removes one after a question', async () => {
  const removeKey = vi.fn(() => Promise.resolve(done(null)));
  const { terminal } = mount({ services: { removeKey } });
  await terminal.sees('[Accounts]');
  terminal.press('ctrl-k');
  expect(await terminal.screen('laptop', 'remove it', 'drop it', '8 recovery')).toMatchInlineSnapshot(`
    " Postern    Accounts   Recordings   Live   Help                alice  19:40 UTC
     last login 22 Nov 23:40 from 10.0.0.5 · last failure 21 Nov 17:40 from 10.0.0.9
    ────────────────────────────────────────────────────────────────────────────────
     Second factor
      set up: a code is asked at each login. 8 recovery codes are left.

     SSH keys that log you in
    > SHA256:uNiVztksCsDhcc0u9e8BgrJXVGLYIYtKxxZT1vDJrzg  ssh-ed25519  laptop
      SHA256:yM5D9l2o3G1n8u3cWJm7Qy0m1gk3rQx6mT5oZ8f7p2E  sk-ssh-ed25519 verify-req…














     a add a key  r remove it  s set up the second factor  d drop it  Esc back"
  `);
  terminal.press('down');
  terminal.type('r');
  await terminal.screen('Remove this key?', 'a stick');
  terminal.press('enter');
  await terminal.sees('is removed.');
  expect(removeKey).toHaveBeenCalledWith(KEYS[1]?.fingerprint);
  terminal.press('escape');
  await terminal.sees('[Accounts]');
});

test('a key is pasted, and a code asked before it is registered', async () => {
  const proofs: string[] = [];
  const addKey = vi.fn((_line: string, proof: Buffer) => {
    proofs.push(proof.toString());
    return Promise.resolve(proofs.length > 1 ? done(KEYS[0] as never) : failed(failure('CODE_REFUSED')));
  });
  const { terminal } = mount({ services: { addKey } });
  await terminal.sees('[Accounts]');
  terminal.press('ctrl-k');
  await terminal.screen('laptop', 'set up: a code is asked');
  terminal.type('a');
  await terminal.sees('Paste the public key');
  terminal.type('ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHx0 me');
  await terminal.sees('AAAAIHx0 me');
  terminal.press('enter');
  await terminal.screen('Is it you?', 'a code of your authenticator');
  terminal.type('000000');
  terminal.press('enter');
  await terminal.sees('That code was not accepted.');
  terminal.type('123456');
  terminal.press('enter');
  await terminal.sees('is registered.');
  expect(addKey.mock.calls[1]?.[0]).toBe('ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHx0 me');
  expect(proofs).toEqual(['000000', '123456']);
});

test('setting up later takes the password; what the policy forbids is not offered', async () => {
  const none = { ...FACTOR, enrolled: false, recoveryLeft: 0 };
  const { terminal } = mount({ services: { secondFactor: () => Promise.resolve(done(none)) } });
  await terminal.sees('[Accounts]');
  terminal.press('ctrl-k');
  await terminal.screen('would be asked at each login', 'set up the second factor');
  expect(terminal.text()).not.toContain('drop it');
  terminal.type('s');
  await terminal.screen('Is it you?', 'your password');
  terminal.type('secret\r');
  await terminal.sees('2 Type the code');
  terminal.press('escape');
  await terminal.sees('SSH keys that log you in');

  const required = { ...FACTOR, policy: 'required' } as const;
  const other = mount({ services: { secondFactor: () => Promise.resolve(done(required)) } });
  await other.terminal.sees('[Accounts]');
  other.terminal.press('ctrl-k');
  await other.terminal.screen('yours requires it.', 'set up the second factor');
  expect(other.terminal.text()).not.toContain('drop it');
});
