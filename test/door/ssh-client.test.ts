import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { trustKey, verifyUserAuth } from '#/authentication/user-auth.js';
import type { KeyProof } from '#/door/ssh-authentication.js';
import type { TypedUser } from '#/door/ssh-direct-login.js';
import { openRig, type Rig, type RigOptions, scratch, somebody, ssh, sshOptions, until } from './rig.js';

const files = scratch();
const keys: Record<string, { readonly path: string; readonly base64: string }> = {};
let rig: Rig;

beforeAll(() => {
  for (const [name, ...how] of [
    ['ed25519', '-t', 'ed25519'],
    ['rsa', '-t', 'rsa', '-b', '2048'],
    ['ecdsa', '-t', 'ecdsa'],
    ['other', '-t', 'ed25519'],
  ] as const) {
    const path = files.path(name);
    spawnSync('ssh-keygen', ['-q', '-N', '', '-f', path, ...how]);
    const made = spawnSync('ssh-keygen', ['-y', '-f', path], { encoding: 'utf8' });
    keys[name] = { path, base64: made.stdout.split(' ')[1]?.trim() ?? '' };
  }
});
afterAll(() => files.remove());
afterEach(() => rig.close());

async function door(options: RigOptions = {}): Promise<Rig> {
  rig = await openRig(options);
  return rig;
}

/** A vault that knows alice's keys and really verifies. */
function vaultWith(registered: readonly string[]) {
  const offers: string[] = [];
  const proofs: KeyProof[] = [];
  return {
    offers,
    proofs,
    keyKnown: async ({ user }: TypedUser, key: string) => {
      offers.push(key);
      return user === 'alice' && registered.includes(key);
    },
    loginByKey: async (proof: KeyProof) => {
      proofs.push(proof);
      const length = proof.proof.readUInt32BE(0);
      const evidence = {
        key: proof.key,
        algorithm: proof.algorithm,
        signed: proof.proof.subarray(4, 4 + length),
        signature: proof.proof.subarray(4 + length),
      };
      const trusted = trustKey(
        proof.key,
        registered.map((base64) => ({ base64, verifyRequired: false })),
        { authorities: [], user: 'alice', address: '127.0.0.1', now: Date.now() },
      );
      const proven = trusted.ok && verifyUserAuth(evidence, proof.user, trusted);
      return proof.user === 'alice' && proven ? somebody : null;
    },
  };
}

describe('a person with the real ssh client', () => {
  test('lands in the login screen without keys, and leaves with exit code 0', async () => {
    await door();
    const person = ssh(rig, ['-tt', '-o', 'PubkeyAuthentication=no']);
    await person.sees('hello alice xterm-256color 80x24');
    expect(rig.terminals[0]?.login).toBeNull();
    person.pty.write('q');
    expect(await person.exit).toBe(0);
  });

  test('resizes, and is heard', async () => {
    await door();
    const person = ssh(rig, ['-tt'], 'bob', { cols: 200, rows: 50 });
    await person.sees('hello bob xterm-256color 200x50');
    person.pty.resize(60, 20);
    await person.sees('now 60x20');
    person.pty.write('é✓\x03');
    await person.sees('\\u0003');
    person.pty.kill('SIGKILL');
    await until(() => rig.terminals[0]?.gone.aborted === true);
  });

  test('sends BREAK with ~B', async () => {
    await door();
    const person = ssh(rig, ['-tt']);
    await person.sees('hello alice');
    const heard: string[] = [];
    rig.terminals[0]?.onRequest((request) => heard.push(request) > 0);
    person.pty.write('\r~Bx');
    await person.sees(/got .*x/);
    expect(heard).toEqual(['break']);
    person.pty.write('q');
    expect(await person.exit).toBe(0);
  });

  test.each(['ed25519', 'rsa', 'ecdsa'])('proves a registered %s key', async (type) => {
    const vault = vaultWith([keys[type]?.base64 ?? '']);
    await door({ questions: vault });
    const person = ssh(rig, ['-tt', '-o', 'IdentitiesOnly=yes', '-i', keys[type]?.path ?? '']);
    await person.sees('hello alice');
    expect(rig.terminals[0]?.login).toEqual(somebody);
    person.pty.write('q');
    await person.exit;
    expect(rig.abandoned).toEqual([]);
  });

  test('in batch mode comes in by a registered key, and is told at once without one', async () => {
    await door({ questions: vaultWith([keys['ed25519']?.base64 ?? '']) });
    const batch = ['-tt', '-o', 'BatchMode=yes', '-o', 'IdentitiesOnly=yes', '-i'];
    const person = ssh(rig, [...batch, keys['ed25519']?.path ?? '']);
    await person.sees('hello alice');
    person.pty.write('q');
    expect(await person.exit).toBe(0);
    const other = ssh(rig, [...batch, keys['other']?.path ?? '']);
    expect(await other.exit).toBe(255);
    expect(other.screen()).toMatch(/Permission denied/);
  });

  test('lands in the login screen with keys that nobody knows', async () => {
    const vault = vaultWith([]);
    await door({ questions: vault });
    const person = ssh(rig, [
      '-tt',
      '-o',
      'IdentitiesOnly=yes',
      '-i',
      keys['ed25519']?.path ?? '',
      '-i',
      keys['rsa']?.path ?? '',
    ]);
    await person.sees('hello alice');
    expect(rig.terminals[0]?.login).toBeNull();
    expect(vault.offers).toHaveLength(2);
    expect(vault.proofs).toEqual([]);
    person.pty.write('q');
    await person.exit;
  });

  test('with an agent full of keys is not sent away', async () => {
    const vault = vaultWith([]);
    await door({ questions: vault });
    const many = Array.from({ length: 10 }, (_, n) => {
      const path = files.path(`many-${n}`);
      rmSync(path, { force: true });
      spawnSync('ssh-keygen', ['-q', '-N', '', '-t', 'ed25519', '-f', path]);
      return ['-i', path];
    }).flat();
    const person = ssh(rig, ['-tt', '-o', 'IdentitiesOnly=yes', ...many]);
    await person.sees('hello alice');
    person.pty.write('q');
    await person.exit;
  });

  test('does not see the screens when he closes before his key was used: the login is given back', async () => {
    const vault = vaultWith([keys['ed25519']?.base64 ?? '']);
    await door({ questions: vault });
    const person = ssh(rig, ['-N', '-o', 'IdentitiesOnly=yes', '-i', keys['ed25519']?.path ?? '']);
    await until(() => vault.proofs.length === 1);
    person.pty.kill('SIGKILL');
    await until(() => rig.abandoned.length === 1);
    expect(rig.terminals).toEqual([]);
  });

  test.each([
    ['a command', ['-T', 'ls'], /A command needs to know where/],
    ['a command on a terminal', ['-tt', 'ls'], /A command needs to know where/],
    ['sftp', ['-s', 'sftp'], /A file transfer needs to know where/],
    ['a subsystem', ['-s', 'netconf'], /Postern passes on no subsystem netconf, only sftp\. Ask/],
    ['a shell without a terminal', ['-T'], /needs a terminal/],
  ])('gets a sentence and exit code 1 for %s', async (_what, args, sentence) => {
    await door();
    const person = ssh(rig, args);
    expect(await person.exit).toBe(1);
    expect(person.screen()).toMatch(sentence);
    expect(rig.terminals).toEqual([]);
  });

  test('offers its agent to what is connected to from the screens, where it forwards it', async () => {
    await door();
    const agent = spawn('ssh-agent', ['-D', '-a', files.path('agent')], { stdio: 'ignore' });
    await until(
      () =>
        spawnSync('ssh-add', ['-l'], {
          env: { SSH_AUTH_SOCK: files.path('agent'), PATH: process.env['PATH'] },
        }).status === 1,
    );
    const person = ssh(rig, ['-tt', '-A', '-o', `IdentityAgent=${files.path('agent')}`]);
    await person.sees('hello alice');
    expect([...(rig.terminals[0]?.lends().keys() ?? [])]).toEqual(['agent']);
    const other = ssh(rig, ['-tt', '-a', '-o', `IdentityAgent=${files.path('agent')}`]);
    await other.sees('hello alice');
    expect(rig.terminals[1]?.lends().size).toBe(0);
    other.pty.kill('SIGKILL');
    person.pty.kill('SIGKILL');
    agent.kill();
    await once(agent, 'exit');
  });

  test('cannot forward ports, either way', async () => {
    await door();
    const remote = ssh(rig, ['-tt', '-o', 'ExitOnForwardFailure=yes', '-R', '45671:127.0.0.1:9']);
    expect(await remote.exit).toBe(255);
    const told = ssh(rig, ['-tt', '-R', '45671:127.0.0.1:9']);
    await told.sees(/no port of a target is forwarded to you. Name the target: ssh -R/);
    await told.sees('hello');
    told.pty.kill('SIGKILL');
    const local = ssh(rig, ['-o', 'LogLevel=INFO', '-W', '127.0.0.9:9']);
    expect(await local.exit).not.toBe(0);
    expect(local.screen()).toMatch(
      /administratively prohibited: postern: .*ssh -t \S+@TARGETUSER@127\.0\.0\.9@BASTION/,
    );
  });

  test('is asked for a sign of life, and dropped when three are missing', async () => {
    await door({ limits: { keepAlive: 300 } });
    const person = ssh(rig, ['-tt']);
    await person.sees('hello');
    // more often than he may be silent; long enough for a client on a loaded machine to answer
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(rig.terminals[0]?.gone.aborted).toBe(false);
    person.pty.kill('SIGSTOP');
    await until(() => rig.terminals[0]?.gone.aborted === true);
    expect(rig.lines).toContainEqual({
      what: 'door: hung up',
      about: { from: '127.0.0.1', why: 'Keepalive timeout' },
    });
    person.pty.kill('SIGKILL');
  });
});

describe('bytes', () => {
  const MIB = 1024 * 1024;

  test.each([
    ['and both sides change keys on the way', ['-o', 'RekeyLimit=300K']],
    ['with chacha20-poly1305', ['-c', 'chacha20-poly1305@openssh.com']],
    ['with aes128-ctr and an encrypt-then-MAC', ['-c', 'aes128-ctr', '-m', 'hmac-sha2-512-etm@openssh.com']],
  ])('are the same on both sides, %s', async (_how, options) => {
    const outward = randomBytes(3 * MIB);
    const inward = randomBytes(2 * MIB);
    const heard: Buffer[] = [];
    await door({
      limits: { rekeyBytes: 700_000 },
      serve: async (terminal) => {
        const all = (async () => {
          let bytes = 0;
          for await (const chunk of terminal.input) {
            heard.push(chunk as Buffer);
            bytes += (chunk as Buffer).length;
            if (bytes >= inward.length) return;
          }
        })();
        for (
          let at = 0, length = 1;
          at < outward.length;
          at += length, length = 1 + ((length * 7919) % 60_000)
        ) {
          if (!terminal.output.write(outward.subarray(at, at + length))) await once(terminal.output, 'drain');
        }
        await all;
      },
    });
    const client = spawn(
      'ssh',
      [...sshOptions(rig), ...options, '-tt', '-e', 'none', '-l', 'alice', '127.0.0.1'],
      { stdio: ['pipe', 'pipe', 'ignore'] },
    );
    const received: Buffer[] = [];
    client.stdout.on('data', (chunk: Buffer) => received.push(chunk));
    await until(() => rig.terminals.length === 1);
    client.stdin.write(inward);
    const [code] = (await once(client, 'close')) as [number];
    expect(code).toBe(0);
    expect(Buffer.concat(received).equals(outward)).toBe(true);
    expect(Buffer.concat(heard).equals(inward)).toBe(true);
  });

  test.each([
    ['a client that prefers another cipher and knows AES-GCM', '', ['chacha20', 'aes128-gcm']],
    ['a client that knows no AES-GCM', 'chacha20-poly1305@openssh.com,aes128-ctr', ['chacha20']],
    ['a client that has AES-GCM from the start', 'aes256-gcm@openssh.com', ['aes256-gcm']],
  ])('%s has these keys when it was sent much', async (_who, ciphers, expected) => {
    const outward = randomBytes(MIB);
    await door({
      limits: { quickerAfter: MIB / 4 },
      serve: async ({ output }) => {
        for (let at = 0; at < outward.length; at += 32_768)
          if (!output.write(outward.subarray(at, at + 32_768))) await once(output, 'drain');
      },
    });
    const only = ciphers === '' ? [] : ['-c', ciphers];
    const client = spawn(
      'ssh',
      ['-o', 'LogLevel=DEBUG1', ...only, ...sshOptions(rig), '-tt', '-e', 'none', '-l', 'alice', '127.0.0.1'],
      { stdio: ['pipe', 'pipe', 'pipe'] },
    );
    const received: Buffer[] = [];
    let said = '';
    client.stdout.on('data', (chunk: Buffer) => received.push(chunk));
    client.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(client, 'close')) as [number];
    expect(code).toBe(0);
    expect(Buffer.concat(received).equals(outward)).toBe(true);
    for (const way of ['server->client', 'client->server'])
      expect(
        [...said.matchAll(new RegExp(`kex: ${way} cipher: ([^@ ]+)`, 'g'))].map(([, cipher]) =>
          cipher?.replace('-poly1305', ''),
        ),
      ).toEqual(expected);
  });
});
