import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HostKey, parseHostKey } from '#/domain/host-key.js';
import { openAgent } from '#/session/agent.js';
import { AGENT, agentMessage, Fields, messageSplitter, sshNumber, sshString } from '#/session/agent-wire.js';
import { readSigningKey, type SigningKey, signFor, verifyBy } from '#/session/ssh-keys.js';
import { startTarget, type Target } from '../helpers/target.js';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'pts-agent-'));
afterAll(() => rmSync(folder, { recursive: true }));

function makeKey(
  name: string,
  type: readonly string[],
  passphrase = '',
): { readonly path: string; readonly key: SigningKey; readonly publicKey: string } {
  const path = join(folder, name);
  execFileSync('ssh-keygen', ['-q', ...type, '-N', passphrase, '-C', name, '-f', path]);
  return { path, key: read(path, passphrase), publicKey: readFileSync(`${path}.pub`, 'utf8') };
}

function read(path: string, passphrase = ''): SigningKey {
  const key = readSigningKey(readFileSync(path), Buffer.from(passphrase));
  if ('why' in key) throw new Error(key.why);
  return key;
}

const KINDS = [
  ['ed25519', ['-t', 'ed25519']],
  ['ecdsa-256', ['-t', 'ecdsa', '-b', '256']],
  ['ecdsa-384', ['-t', 'ecdsa', '-b', '384']],
  ['ecdsa-521', ['-t', 'ecdsa', '-b', '521']],
  ['rsa', ['-t', 'rsa', '-b', '2048']],
  ['rsa-pem', ['-t', 'rsa', '-b', '2048', '-m', 'PEM']],
] as const;

describe.runIf(process.getuid?.() === 0 && existsSync('/usr/sbin/sshd'))(
  'the agent of one login, asked by OpenSSH',
  () => {
    const user = `pta${process.pid}`;
    const keys = new Map<string, ReturnType<typeof makeKey>>();
    let target: Target;
    beforeAll(async () => {
      for (const [name, type] of KINDS) keys.set(name, makeKey(name, type));
      keys.set('locked', makeKey('locked', ['-t', 'ed25519'], 'open sesame'));
      target = await startTarget();
      target.addUser(user, 'unused-1', [...keys.values()].map((one) => one.publicKey).join(''));
    }, 60_000);
    afterAll(() => target.stop());

    const hostKey = (): HostKey => parseHostKey(target.hostKey) ?? { type: '', base64: '' };
    const key = (name: string): SigningKey => keys.get(name)?.key ?? read('');
    let count = 0;
    const path = (): string => join(folder, `agent${(count += 1)}`);
    async function ssh(agent: string, options: readonly string[] = [], login = user): Promise<string> {
      const fixed = [
        '-F',
        'none',
        '-o',
        `IdentityAgent=${agent}`,
        '-o',
        'IdentityFile=none',
        '-o',
        'BatchMode=yes',
        '-o',
        'UserKnownHostsFile=/dev/null',
        '-o',
        'StrictHostKeyChecking=no',
        '-o',
        'PreferredAuthentications=publickey',
        '-o',
        'LogLevel=ERROR',
      ];
      const out = await run(
        'ssh',
        [...fixed, ...options, '-p', String(target.port), `${login}@127.0.0.1`, 'echo in'],
        { timeout: 10_000 },
      ).catch((error: { stdout: string; stderr: string }) => ({ stdout: `refused: ${error.stderr}` }));
      return out.stdout.trim();
    }

    test.each([...KINDS.map(([name]) => name), 'locked'])(
      'signs once with a key of kind %s, and is gone',
      async (name) => {
        const at = path();
        const agent = await openAgent({ path: at, key: key(name), user, hostKey: hostKey() });
        expect(await ssh(at)).toBe('in');
        expect(agent.signed).toBe(true);
        expect(existsSync(at)).toBe(false);
        expect(await ssh(at)).toContain('Permission denied');
      },
    );

    test('signs for a server that does not know host-bound logins', async () => {
      const at = path();
      await openAgent({ path: at, key: key('ed25519'), user, hostKey: hostKey() });
      expect(await ssh(at, ['-o', 'PubkeyAuthentication=unbound'])).toBe('in');
    });

    test.each(['rsa-sha2-256', 'rsa-sha2-512'])('signs with %s when that is asked for', async (algorithm) => {
      const at = path();
      await openAgent({ path: at, key: key('rsa'), user, hostKey: hostKey() });
      expect(await ssh(at, ['-o', `PubkeyAcceptedAlgorithms=${algorithm}`])).toBe('in');
    });

    test('does not sign before it may', async () => {
      const [early, later] = [path(), path()];
      const gate = Promise.withResolvers<void>();
      const common = { key: key('ed25519'), user, hostKey: hostKey() };
      const agent = await openAgent({ ...common, path: early, allowed: gate.promise });
      await openAgent({ ...common, path: later });
      const login = ssh(early);
      expect(await ssh(later)).toBe('in');
      expect(agent.signed).toBe(false);
      gate.resolve();
      expect(await login).toBe('in');
    });

    test('refuses another user', async () => {
      const at = path();
      const agent = await openAgent({ path: at, key: key('ed25519'), user: 'root', hostKey: hostKey() });
      expect(await ssh(at)).toContain('Permission denied');
      expect(agent.signed).toBe(false);
      agent.close();
    });

    test('refuses another host, whose key is not the expected one', async () => {
      const at = path();
      const other = key('ecdsa-256');
      const agent = await openAgent({
        path: at,
        key: key('ed25519'),
        user,
        hostKey: { type: other.type, base64: other.blob.toString('base64') },
      });
      expect(await ssh(at)).toContain('Permission denied');
      expect(agent.signed).toBe(false);
      agent.close();
    });

    test('refuses to sign data, to take keys and to be locked', async () => {
      const file = join(folder, 'data');
      writeFileSync(file, 'data');
      for (const [program, ...args] of [
        ['ssh-keygen', '-Y', 'sign', '-n', 'file', '-f', `${keys.get('ed25519')?.path ?? ''}.pub`, file],
        ['ssh-add', keys.get('ecdsa-256')?.path ?? ''],
        ['ssh-add', '-D'],
        ['ssh-add', '-t', '5', keys.get('rsa')?.path ?? ''],
      ] as const) {
        const at = path();
        const agent = await openAgent({ path: at, key: key('ed25519'), user, hostKey: hostKey() });
        await expect(run(program, args, { env: { ...process.env, SSH_AUTH_SOCK: at } })).rejects.toThrow();
        expect(agent.signed).toBe(false);
        agent.close();
      }
    });

    test('shows its public key, and nothing of the private one', async () => {
      const at = path();
      await openAgent({ path: at, key: key('ed25519'), user, hostKey: hostKey() });
      const { stdout } = await run('ssh-add', ['-L'], { env: { ...process.env, SSH_AUTH_SOCK: at } });
      expect(stdout.trim()).toBe(keys.get('ed25519')?.publicKey.split(' ').slice(0, 2).join(' '));
    });

    test('takes no second signature on the same connection, and no nonsense', async () => {
      const at = path();
      await openAgent({ path: at, key: key('ed25519'), user, hostKey: hostKey() });
      const socket = connect(at);
      const split = messageSplitter();
      const answers: number[] = [];
      socket.on('data', (bytes: Buffer) => answers.push(...split(bytes).map((message) => message[0] ?? -1)));
      socket.write(
        agentMessage(
          AGENT.signRequest,
          Buffer.concat([sshString(key('ed25519').blob), sshString('anything'), Buffer.alloc(4)]),
        ),
      );
      socket.write(agentMessage(99));
      while (answers.length < 2) await new Promise((again) => setTimeout(again, 2));
      socket.write(Buffer.from([0xff, 0xff, 0xff, 0xff, 1]));
      await new Promise((closed) => socket.once('close', closed));
      expect(answers).toEqual([AGENT.failure, AGENT.failure]);
    });
  },
);

describe('keys', () => {
  test.each(KINDS)('%s: what it signs is verified, and nothing else is', (name, type) => {
    const { key } = makeKey(`pair-${name}`, type);
    for (let i = 0; i < 20; i += 1) {
      const data = Buffer.from(`data ${i}`);
      const signature = signFor(key, data, 4);
      expect(signature !== null && verifyBy(key.blob, data, signature)).toBe(true);
      expect(signature !== null && verifyBy(key.blob, Buffer.from('other'), signature)).toBe(false);
    }
    expect(verifyBy(key.blob, Buffer.from('x'), Buffer.from('rubbish'))).toBe(false);
  });

  test('RSA never signs with SHA-1', () => {
    const { key } = makeKey('sha1', ['-t', 'rsa', '-b', '2048']);
    expect(signFor(key, Buffer.from('x'), 0)).toBe(null);
    expect(new Fields(signFor(key, Buffer.from('x'), 2) ?? Buffer.alloc(4)).text()).toBe('rsa-sha2-256');
  });

  test('says what is wrong with a key, and nothing of the key', () => {
    const { path, publicKey } = makeKey('wrong', ['-t', 'ed25519'], 'right');
    const why = (secret: Buffer, passphrase: string) => readSigningKey(secret, Buffer.from(passphrase));
    expect(why(readFileSync(path), 'wrong')).toEqual({ why: 'it cannot be read with its passphrase' });
    expect(why(readFileSync(path), '')).toEqual({ why: 'it cannot be read' });
    expect(why(Buffer.from(publicKey), '')).toEqual({ why: 'it is a public key' });
    expect(why(Buffer.from('rubbish'), '')).toEqual({ why: 'it cannot be read' });
  });
});

test('numbers are written without leading zeros, and never negative', () => {
  expect(sshNumber(Buffer.from([0, 0, 0x7f]))).toEqual(Buffer.from([0, 0, 0, 1, 0x7f]));
  expect(sshNumber(Buffer.from([0, 0x80]))).toEqual(Buffer.from([0, 0, 0, 2, 0, 0x80]));
});
