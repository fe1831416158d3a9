import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openAgent } from '#/session/agent.js';
import { AGENT, agentMessage } from '#/session/agent-wire.js';

test('a client that asks and never reads the answers is hung up on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pts-flood-'));
  const path = join(folder, 'agent');
  const { privateKey } = generateKeyPairSync('ed25519');
  await openAgent({
    path,
    key: { type: 'ssh-ed25519', blob: Buffer.alloc(51), key: privateKey },
    user: 'root',
    hostKey: { type: 'ssh-ed25519', base64: 'AAAA' },
  });
  const client = connect(path).pause();
  client.on('error', () => undefined);
  const question = agentMessage(AGENT.requestIdentities);
  const flood = Buffer.concat(Array.from({ length: 200_000 }, () => question));
  let taken = 0;
  while (!client.destroyed && taken < 50) {
    taken += 1;
    const written = new Promise((done) => client.write(flood, done));
    await Promise.race([written, once(client, 'close')]);
  }
  rmSync(folder, { recursive: true });
  expect(taken).toBeLessThan(5);
  client.destroy();
}, 20_000);
