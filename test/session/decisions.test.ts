import { execFileSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeSecretPayload } from '#/contract/secret-payload.js';
import { landingProofText } from '#/contract/session-link.js';
import { fingerprint, type HostKey, parseHostKey } from '#/domain/host-key.js';
import type { Ending } from '#/domain/session.js';
import { type ClientEnd, clientFailure } from '#/session/client-failure.js';
import { createControl } from '#/session/control.js';
import { readCredential } from '#/session/credential.js';
import { endingOfClient, endWith, lastLine, OPEN } from '#/session/ending.js';
import { createInput } from '#/session/input.js';
import { due, type Limit } from '#/session/limits.js';
import { isProven, readPsmServer } from '#/session/proof.js';
import { clientPaths, hostKeyAlgorithms, probeConfig, sshConfig } from '#/session/ssh-config.js';
import { NOTHING_TYPED, overdue, printed, typed } from '#/session/typed-lines.js';

const pinned: HostKey = parseHostKey(
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f',
) ?? { type: '', base64: '' };
const offered: HostKey =
  parseHostKey('ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIP8BAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f') ?? pinned;

describe('ending', () => {
  test('the first reason wins', () => {
    const first = endWith(OPEN, { kind: 'owner-ended' });
    expect(endWith(first, { kind: 'drained' })).toBe(first);
    const control = createControl();
    control.end({ kind: 'idle', minutes: 5 });
    control.end({ kind: 'owner-ended' });
    expect([control.reason, control.signal.aborted]).toEqual([{ kind: 'idle', minutes: 5 }, true]);
  });

  const there = { targetWentFirst: null, silence: 0 };
  test.each<
    [{ status: number; signal: number | null }, { targetWentFirst: string | null; silence: number }, Ending]
  >([
    [{ status: 0, signal: null }, there, { kind: 'exited', status: 0, signal: null }],
    [
      { status: 3, signal: null },
      { targetWentFirst: 'reset', silence: 0 },
      { kind: 'exited', status: 3, signal: null },
    ],
    [{ status: 255, signal: null }, there, { kind: 'exited', status: 255, signal: null }],
    [
      { status: 255, signal: null },
      { targetWentFirst: 'reset', silence: 0 },
      { kind: 'target-lost', detail: 'reset' },
    ],
    [
      { status: 255, signal: null },
      { targetWentFirst: null, silence: 46_000 },
      { kind: 'target-lost', detail: 'it does not answer any more' },
    ],
  ])('a client that exits with %j, target %j', (exit, target, ending) => {
    expect(endingOfClient(exit, target, 15)).toEqual(ending);
  });

  test('what somebody else decided is said on the screen, what the person did is not', () => {
    expect(lastLine({ kind: 'terminated', by: 'bob', reason: 'enough' })).toBe(
      'This session was ended by bob: enough',
    );
    for (const kind of ['exited', 'owner-ended'] as const)
      expect(lastLine({ kind, status: 0, signal: null })).toBe(null);
  });
});

describe('why a client did not log in', () => {
  const end = (over: Partial<ClientEnd>): ClientEnd => ({
    status: 255,
    output: '',
    pinned,
    offered: null,
    askedAgain: null,
    targetWentFirst: null,
    secretUsed: false,
    ...over,
  });
  test.each<[string, Partial<ClientEnd>, string, string]>([
    [
      'wrong password',
      { output: 'u@target: Permission denied (publickey,password).\r\n', secretUsed: true },
      'TARGET_AUTHENTICATION',
      'permission denied',
    ],
    [
      'no fitting method',
      { output: 'u@target: Permission denied (publickey).\r\n' },
      'TARGET_AUTHENTICATION',
      'publickey only',
    ],
    ['asked twice', { askedAgain: 'wrong password' }, 'TARGET_AUTHENTICATION', 'wrong password'],
    [
      'too many tries',
      { output: 'Received disconnect from UNKNOWN port 65535:2: Too many authentication failures\r\n' },
      'TARGET_AUTHENTICATION',
      'too many tries',
    ],
    [
      'another host key',
      { offered, output: 'Host key verification failed.\r\n' },
      'HOST_KEY_CHANGED',
      fingerprint(offered),
    ],
    ['another host key names the pinned one', { offered }, 'HOST_KEY_CHANGED', fingerprint(pinned)],
    [
      'no common algorithm',
      {
        output:
          'Unable to negotiate with UNKNOWN port 65535: no matching key exchange method found. Their offer: diffie-hellman-group1-sha1\r\n',
      },
      'TARGET_PROTOCOL',
      'no key exchange method in common',
    ],
    [
      'not an SSH server',
      { output: 'kex_exchange_identification: Connection closed by remote host\r\n' },
      'TARGET_PROTOCOL',
      'no SSH server answers there',
    ],
    [
      'silence',
      { output: 'Connection timed out during banner exchange\r\n' },
      'TARGET_PROTOCOL',
      'no SSH server answers there',
    ],
    [
      'closed in the middle',
      { targetWentFirst: 'reset', secretUsed: true },
      'TARGET_PROTOCOL',
      'during the login',
    ],
    [
      'the box did not start',
      { status: 125, output: 'postern-box: record: missing\r\n' },
      'BOX_FAILED',
      'record: missing',
    ],
    [
      'bubblewrap did not start',
      { status: 1, output: "bwrap: Can't mount proc on /newroot/proc\r\n" },
      'BOX_FAILED',
      "Can't mount proc",
    ],
    [
      'anything else',
      { status: 1, output: 'command-line line 0: no /s/secret here\r\n' },
      'TARGET_PROTOCOL',
      'status 1',
    ],
  ])('%s', (_what, over, code, words) => {
    const said = clientFailure(end(over));
    expect(said).toMatchObject({ code, stage: 7 });
    expect(said.message).toContain(words);
    expect(said.message).not.toMatch(/\/s\/|\/bin\//);
  });
});

describe('limits', () => {
  const MINUTE = 60_000;
  const clocks = (lastKeyAt: number, ...warned: Limit[]) => ({
    startedAt: 0,
    lastKeyAt,
    warned: new Set(warned),
  });
  const limits = (idleMinutes: number, maximumMinutes: number) => ({
    idleMinutes,
    maximumMinutes,
    graceMinutes: 5,
  });
  test.each([
    ['no limits', limits(0, 0), clocks(0), 99 * MINUTE, null],
    ['fresh: look again a minute before', limits(10, 0), clocks(0), 0, { kind: 'wait', until: 9 * MINUTE }],
    [
      'a key moves the clock',
      limits(10, 0),
      clocks(5 * MINUTE),
      9 * MINUTE,
      { kind: 'wait', until: 14 * MINUTE },
    ],
    ['warned already', limits(10, 0), clocks(0, 'idle'), 9.5 * MINUTE, { kind: 'wait', until: 10 * MINUTE }],
    [
      'idle',
      limits(10, 0),
      clocks(0, 'idle'),
      10 * MINUTE,
      { kind: 'end', ending: { kind: 'idle', minutes: 10 } },
    ],
    [
      'keys do not help against the limit',
      limits(10, 12),
      clocks(11.9 * MINUTE),
      12 * MINUTE,
      { kind: 'end', ending: { kind: 'time-limit', minutes: 12 } },
    ],
    [
      'warned of idleness is not warned of the limit',
      limits(10, 12),
      clocks(11.5 * MINUTE, 'idle'),
      11.5 * MINUTE,
      { kind: 'warn', of: 'time-limit', line: 'This session reaches its limit in 30 seconds.' },
    ],
    [
      'a key does not repeat the warning of the limit',
      limits(10, 12),
      clocks(11.6 * MINUTE, 'time-limit'),
      11.6 * MINUTE,
      { kind: 'wait', until: 12 * MINUTE },
    ],
    ['a minute only: warned at half of it', limits(1, 0), clocks(0), 0, { kind: 'wait', until: MINUTE / 2 }],
  ] as const)('%s', (_what, limit, clock, now, alarm) => {
    expect(due(limit, clock, now)).toEqual(alarm);
  });
  test('warns one minute before, in words', () => {
    expect(due(limits(10, 0), clocks(0), 9 * MINUTE)).toEqual({
      kind: 'warn',
      of: 'idle',
      line: 'No key was pressed for a long time: this session ends in 1 minute. Press any key to keep it.',
    });
    expect(due(limits(0, 10), clocks(0), 9.5 * MINUTE)).toMatchObject({
      kind: 'warn',
      line: 'This session reaches its limit in 30 seconds.',
    });
  });
});

describe("the client's configuration", () => {
  const paths = clientPaths(3, { session: '/run/x/s/n1', inside: '/run/x/bin/postern-inside' });
  const of = (text: string): Record<string, string> =>
    Object.fromEntries(
      text
        .trim()
        .split('\n')
        .map((line) => [
          line.slice(0, line.indexOf(' ')),
          line.slice(line.indexOf(' ') + 1).replace(/^"(.*)"$/, '$1'),
        ]),
    );
  const password = of(
    sshConfig({
      paths,
      user: 'bob',
      port: 2200,
      secretKind: 'password',
      hostKey: pinned,
      environment: {},
      keepAliveSeconds: 15,
      lent: [],
    }),
  );

  test.each([
    ['User', 'bob'],
    ['Port', '2200'],
    ['StrictHostKeyChecking', 'yes'],
    ['UserKnownHostsFile', 'none'],
    ['GlobalKnownHostsFile', 'none'],
    ['IdentityFile', 'none'],
    ['IdentityAgent', 'none'],
    ['EscapeChar', '^^'],
    ['EnableEscapeCommandline', 'no'],
    ['ForwardAgent', 'no'],
    ['Ciphers', '^aes128-gcm@openssh.com,aes256-gcm@openssh.com'],
    ['ForwardX11', 'no'],
    ['Tunnel', 'no'],
    ['ClearAllForwardings', 'yes'],
    ['ControlMaster', 'no'],
    ['GSSAPIAuthentication', 'no'],
    ['HostbasedAuthentication', 'no'],
    ['NumberOfPasswordPrompts', '1'],
    ['PubkeyAuthentication', 'no'],
    ['ProxyUseFdpass', 'yes'],
    ['ProxyCommand', '/bin/inside dial /s'],
    ['KnownHostsCommand', '/bin/inside hostkey /s %t %K'],
    ['LocalCommand', '/bin/inside up /s'],
    ['ServerAliveInterval', '15'],
    ['LogLevel', 'ERROR'],
  ])('forces %s %s', (name, value) => {
    expect(password[name]).toBe(value);
  });

  test('a display is named only where it is lent, and no program is run for it', () => {
    const x11 = of(
      sshConfig({
        paths,
        user: 'bob',
        port: 22,
        secretKind: 'password',
        hostKey: pinned,
        environment: {},
        keepAliveSeconds: 15,
        lent: ['x11'],
      }),
    );
    expect([x11['ForwardX11'], x11['ForwardX11Trusted'], x11['XAuthLocation'], x11['ForwardAgent']]).toEqual([
      'yes',
      'yes',
      '/nonexistent',
      'no',
    ]);
  });

  test('with a key: the agent, and never a question', () => {
    const key = of(
      sshConfig({
        paths,
        user: 'bob',
        port: 22,
        secretKind: 'key',
        hostKey: pinned,
        environment: {},
        keepAliveSeconds: 15,
        lent: [],
      }),
    );
    expect([
      key['IdentityAgent'],
      key['PreferredAuthentications'],
      key['BatchMode'],
      key['PasswordAuthentication'],
    ]).toEqual(['/s/agent', 'publickey', 'yes', 'no']);
  });

  test("below the box, the host's own paths", () => {
    const low = of(
      sshConfig({
        paths: clientPaths(2, { session: '/run/x/s/n1', inside: '/run/x/bin/postern-inside' }),
        user: 'bob',
        port: 22,
        secretKind: 'key',
        hostKey: pinned,
        environment: {},
        keepAliveSeconds: 15,
        lent: [],
      }),
    );
    expect([low['IdentityAgent'], low['ProxyCommand']]).toEqual([
      '/run/x/s/n1/agent',
      '/run/x/bin/postern-inside dial /run/x/s/n1',
    ]);
  });

  test('a probe has nothing to log in with', () => {
    const probe = of(probeConfig({ paths, port: 22 }));
    expect([
      probe['PreferredAuthentications'],
      probe['IdentityAgent'],
      probe['PermitLocalCommand'],
      probe['LocalCommand'],
    ]).toEqual(['none', 'none', 'no', undefined]);
  });

  test("the pinned key's algorithms come first", () => {
    expect(hostKeyAlgorithms('ssh-rsa')).toMatch(/^rsa-sha2-512,rsa-sha2-256,ssh-ed25519,/);
    expect(hostKeyAlgorithms('ecdsa-sha2-nistp384')).toMatch(/^ecdsa-sha2-nistp384,ssh-ed25519,/);
    expect(hostKeyAlgorithms(null)).not.toContain('ssh-rsa');
  });

  test.each(['a b', 'domäne', 'DOM@corp', '-oProxyCommand=x', 'a#b', "a'b"])(
    'OpenSSH reads user %j as it is',
    (user) => {
      const folder = mkdtempSync(join(tmpdir(), 'pts-conf-'));
      const file = join(folder, 'config');
      writeFileSync(
        file,
        sshConfig({
          paths,
          user,
          port: 22,
          secretKind: 'password',
          hostKey: pinned,
          environment: {},
          keepAliveSeconds: 15,
          lent: [],
        }),
      );
      const read = execFileSync('ssh', ['-G', '-F', file, 'target'], { encoding: 'utf8' });
      rmSync(folder, { recursive: true });
      expect(read).toContain(`\nuser ${user}\n`.replace(/^\n/, ''));
    },
  );

  test('OpenSSH reads every value of the environment as it is', () => {
    const values = ['a  b', '"', '\\', '\\"\\', "it's", '#x', '%h ${HOME}', 'ü', '=', ' ', ''];
    const environment = Object.fromEntries(values.map((value, n) => [`LC_${'ABCDEFGHIJK'[n]}`, value]));
    const folder = mkdtempSync(join(tmpdir(), 'pts-conf-'));
    const file = join(folder, 'config');
    writeFileSync(
      file,
      sshConfig({
        paths,
        user: 'bob',
        port: 22,
        secretKind: 'key',
        hostKey: pinned,
        environment,
        keepAliveSeconds: 15,
        lent: [],
      }),
    );
    const read = execFileSync('ssh', ['-G', '-F', file, 'target'], { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    for (const [name, value] of Object.entries(environment))
      expect(read).toContain(`setenv ${name}=${value}\n`);
  });

  test.each(['a\nProxyCommand x', 'a"b', 'a\\b', ''])('refuses user %j', (user) => {
    expect(() =>
      sshConfig({
        paths,
        user,
        port: 22,
        secretKind: 'password',
        hostKey: pinned,
        environment: {},
        keepAliveSeconds: 15,
        lent: [],
      }),
    ).toThrow(RangeError);
  });
});

describe("the portal's proof", () => {
  const pair = generateKeyPairSync('ed25519');
  const key = readPsmServer(pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'));
  const proof = (nonce: string, sessionId: string, permit: string): string =>
    sign(null, Buffer.from(landingProofText(nonce, sessionId, permit)), pair.privateKey).toString('base64');
  test.each([
    ['as it must be', 'n', 's', 'p', true],
    ['for another nonce', 'x', 's', 'p', false],
    ['for another session', 'n', 'x', 'p', false],
    ['for another permit', 'n', 's', 'x', false],
  ])('%s', (_what, nonce, sessionId, permit, good) => {
    expect(isProven(key, 'n', { sessionId: 's', permit: 'p', proof: proof(nonce, sessionId, permit) })).toBe(
      good,
    );
  });
  test('another key, no signature, another kind of key', () => {
    const other = generateKeyPairSync('ed25519').publicKey;
    expect(
      isProven(createPublicKey(other.export({ format: 'pem', type: 'spki' })), 'n', {
        sessionId: 's',
        permit: 'p',
        proof: proof('n', 's', 'p'),
      }),
    ).toBe(false);
    expect(isProven(key, 'n', { sessionId: 's', permit: 'p', proof: '' })).toBe(false);
    expect(() =>
      readPsmServer(
        generateKeyPairSync('x25519').publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
      ),
    ).toThrow(TypeError);
  });
});

describe('the secret', () => {
  test("is taken out of the vault's bytes, which are wiped", () => {
    const blob = encodeSecretPayload(Buffer.from('pw'), Buffer.alloc(0));
    const read = readCredential('password', blob);
    expect(read.ok && read.value.kind === 'password' && read.value.secret.exposeSecret().toString()).toBe(
      'pw',
    );
    expect(blob.every((byte) => byte === 0)).toBe(true);
  });
  test.each([[undefined], [Buffer.from('short')]])('fails at stage 4 on %s', (blob) => {
    expect(readCredential('password', blob)).toMatchObject({ ok: false, failure: { stage: 4 } });
  });
  test('a key that cannot be read says so, without the key', () => {
    const blob = encodeSecretPayload(Buffer.from('canary'), Buffer.alloc(0));
    const read = readCredential('key', blob);
    expect(read).toMatchObject({ ok: false, failure: { code: 'BAD_INPUT', stage: 4 } });
    expect(JSON.stringify(read)).not.toContain('canary');
  });
});

describe('typed lines', () => {
  /** Plays keys (k:) and output (o:) one after the other; what is left is recorded when patience is over. */
  function play(...happenings: readonly string[]): string {
    let state = NOTHING_TYPED;
    const recorded: string[] = [];
    for (const one of happenings) {
      const bytes = Buffer.from(one.slice(2));
      if (one.startsWith('k:')) state = typed(state, bytes, 0);
      else {
        const next = printed(state, bytes);
        state = next.state;
        recorded.push(...next.record.map(String));
      }
    }
    return [...recorded, ...overdue(state, 5000).record.map(String)].join('|');
  }
  test.each([
    ['a line that is echoed key by key', ['k:l', 'o:l', 'k:s', 'o:s', 'k:\r', 'o:\r\nfile\r\n'], 'ls\r'],
    ['a line that is pasted and echoed later', ['k:ls -l\r', 'o:ls -l\r\nfile'], 'ls -l\r'],
    ['a password', ['k:sec', 'k:ret', 'k:\r', 'o:\r\nWelcome secret\r\n'], '******\r'],
    ['a password that was never answered', ['k:secret'], '******'],
    ['one that is echoed as stars', ['k:s', 'o:*', 'k:e', 'o:*', 'k:\r', 'o:\r\n'], '**\r'],
    ['one of which the program shows the first character by chance', ['k:secret\r', 'o:s\r\n'], '******\r'],
    [
      'a command and the password it asks for',
      ['k:su\r', 'o:su\r\nPassword: ', 'k:secret\r', 'o:\r\n# '],
      'su\r|******\r',
    ],
    ['keys that are no characters', ['k:\x1b[A\x1bOB\x03\x1bf'], '\x1b[A\x1bOB\x03\x1bf'],
    ['letters of other alphabets', ['k:größe\r', 'o:größe\r\n'], 'größe\r'],
  ])('%s', (_what, happenings, recorded) => {
    expect(play(...happenings)).toBe(recorded);
  });
  test('nothing is recorded before it is decided, nor twice', () => {
    const state = typed(NOTHING_TYPED, Buffer.from('a'), 1000);
    expect(overdue(state, 2000).record).toEqual([]);
    const late = overdue(state, 3000);
    expect([late.record.length, late.state.waiting.length]).toEqual([1, 0]);
  });
});

describe('input', () => {
  test('is held until the client is ready, then goes in order; a full pty pauses the person', () => {
    const said: string[] = [];
    let room = true;
    const input = createInput({
      write: (bytes) => (said.push(bytes.toString()), room),
      pause: () => said.push('<pause>'),
      resume: () => said.push('<resume>'),
      record: null,
    });
    input.take(Buffer.from('a'));
    input.take(Buffer.alloc(65_536, 'b'));
    expect(said).toEqual(['<pause>']);
    room = false;
    input.open();
    input.take(Buffer.from('c'));
    input.drained();
    expect(said.map((one) => one.slice(0, 8))).toEqual([
      '<pause>',
      '<resume>',
      'a',
      '<pause>',
      'bbbbbbbb',
      '<pause>',
      'c',
      '<pause>',
      '<resume>',
    ]);
  });
});
