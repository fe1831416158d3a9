import { createServer, type Server } from 'node:net';
import { afterAll, afterEach, expect, test } from 'vitest';
import { trustKey, verifyUserAuth } from '#/authentication/user-auth.js';
import type { DoorQuestions } from '#/door/ssh-authentication.js';
import { AGENT, agentMessage, Fields, messageSplitter, sshString } from '#/session/agent-wire.js';
import { type Authenticator, authenticator } from '../helpers/security-key.ts';
import { openRig, type Rig, scratch, somebody, ssh } from './rig.js';

const files = scratch();
afterAll(() => files.remove());
const closing: (Rig | Server)[] = [];
afterEach(() => {
  for (const one of closing.splice(0)) void one.close();
});

const number = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** An ssh-agent with one security key in it, which is touched, or not. */
async function agentWith(key: Authenticator, flags: number): Promise<string> {
  const path = files.path(`agent-${key.type.slice(3, 8)}-${flags}.sock`);
  const server = createServer((socket) => {
    const split = messageSplitter();
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      for (const message of split(bytes)) socket.write(answer(message));
    });
  });
  const answer = (message: Buffer): Buffer => {
    const fields = new Fields(message);
    const kind = fields.byte();
    if (kind === AGENT.requestIdentities)
      return agentMessage(
        AGENT.identities,
        Buffer.concat([number(1), sshString(key.blob), sshString('a stick')]),
      );
    if (kind !== AGENT.signRequest || !fields.string().equals(key.blob)) return agentMessage(AGENT.failure);
    const signature = key.sign(fields.string(), flags, 42);
    const blob = [sshString(key.type), sshString(signature.subarray(0, -5)), signature.subarray(-5)];
    return agentMessage(AGENT.signResponse, sshString(Buffer.concat(blob)));
  };
  await new Promise<void>((resolve) => server.listen(path, resolve));
  closing.push(server);
  return path;
}

/** A vault in which the key is registered, and that really verifies. */
function vaultWith(key: Authenticator): Pick<DoorQuestions, 'keyKnown' | 'loginByKey'> {
  const registered = [{ base64: key.blob.toString('base64'), verifyRequired: false }];
  const trust = (base64: string) =>
    trustKey(base64, registered, { authorities: [], user: 'alice', address: '127.0.0.1', now: Date.now() });
  return {
    keyKnown: (_user, base64) => Promise.resolve(trust(base64).ok),
    loginByKey({ user, key: base64, algorithm, proof }) {
      const end = 4 + proof.readUInt32BE(0);
      const evidence = {
        key: base64,
        algorithm,
        signed: proof.subarray(4, end),
        signature: proof.subarray(end),
      };
      const trusted = trust(base64);
      return Promise.resolve(trusted.ok && verifyUserAuth(evidence, user, trusted) ? somebody : null);
    },
  };
}

test.each(['ed25519', 'ecdsa'] as const)(
  'the real client logs in with a security key, %s, when it was touched',
  async (kind) => {
    const key = authenticator(kind);
    const rig = await openRig({ questions: vaultWith(key) });
    closing.push(rig);
    const touched = ssh(rig, ['-tt', '-o', `IdentityAgent=${await agentWith(key, 1)}`]);
    await touched.sees('hello alice');
    expect(rig.terminals[0]?.login).toEqual(somebody);

    const untouched = ssh(rig, ['-tt', '-o', `IdentityAgent=${await agentWith(key, 0)}`]);
    await untouched.sees('hello alice');
    expect(rig.terminals[1]?.login).toBeNull();
  },
);
