import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RpcPeer } from '#/contract/rpc.js';
import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import { Secret } from '#/domain/secret.js';
import type { ComponentCredential } from '#/house/component-credential.js';
import { passwordDigest } from '#/house/credential-digest.js';
import { logInAs } from '#/processes/shared/component-login.js';
import { rotateCredential, settleCredential } from '#/processes/shared/rotate-credential.js';
import { client, type Running, startVault } from '../vault/in-process.ts';

/** Two files in memory, and a process that is killed after so many of its steps: then nothing more happens. */
interface Disk {
  present: Buffer | null;
  staged: Buffer | null;
}
class Killed extends Error {}

function onDisk(disk: Disk, life: { left: number }): ComponentCredential {
  const step = (change: () => void): void => {
    if (life.left <= 0) throw new Killed();
    life.left -= 1;
    change();
  };
  const secret = (bytes: Buffer) => Secret.take(Buffer.from(bytes));
  const read = () =>
    disk.present === null
      ? failed(failure('CREDENTIAL_FILE', 'psmapp.ini does not open'))
      : done(secret(disk.present));
  return {
    component: 'PSMApp',
    read,
    digest() {
      const present = read();
      return present.ok ? done(passwordDigest(present.value)) : present;
    },
    readStaged: () => (disk.staged === null ? null : secret(disk.staged)),
    stage: (password) => step(() => (disk.staged = Buffer.from(password))),
    promote() {
      // the two renames: between them the present file does not open
      step(() => (disk.present = null));
      step(() => {
        disk.present = disk.staged;
        disk.staged = null;
      });
    },
    discard: () => step(() => (disk.staged = null)),
  };
}

let running: Running;
beforeAll(async () => {
  running = await startVault();
});
afterAll(() => running.stop());

/** One life of a process: it logs in, ends what was cut off, rotates, and dies when its steps or its words are used up. */
async function live(
  disk: Disk,
  death: { readonly files: number; readonly words: number; readonly heard: boolean },
): Promise<string> {
  const socket = connect(running.path('vault-recorder'));
  const peer = new RpcPeer(socket);
  let words = death.words;
  const call = peer.call.bind(peer);
  peer.call = async (name, args, blob) => {
    if (name === 'component.rotation') words -= 1;
    // killed before the vault hears of it, or after, without hearing the answer
    if (words < 0) {
      if (death.heard && words === -1) await call(name, args, blob);
      peer.close('killed');
      throw new Killed();
    }
    return await call(name, args, blob);
  };
  const credential = onDisk(disk, { left: death.files });
  try {
    const login = await logInAs(peer, credential);
    if (!login.ok) return login.failure.code;
    if (login.value === 'unsettled') await settleCredential(peer, credential);
    await rotateCredential(peer, credential);
    return login.value;
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
    return 'settled';
  } finally {
    peer.close('end of this life');
    await new Promise((resolve) => (socket.closed ? resolve(null) : socket.once('close', resolve)));
  }
}

const forgiving = { files: Infinity, words: Infinity, heard: false };

async function counts(): Promise<string | undefined> {
  const stored = await running.vault.store.transaction(({ components }) => components.component('PSMApp'));
  return stored?.hash.toString('hex');
}
const hex = (bytes: Buffer | null) => bytes && createHash('sha256').update(bytes).digest('hex');

async function freshDisk(): Promise<Disk> {
  const password = Buffer.alloc(32, 1);
  await running.vault.store.transaction(({ components }) =>
    components.putComponent('PSMApp', {
      hash: createHash('sha256').update(password).digest(),
      previous: null,
      previousUntil: null,
      rotatedAt: 0,
      disabled: false,
    }),
  );
  return { present: password, staged: null };
}

describe('a rotation', () => {
  test('that is killed at any step, any number of times, always leaves a login that works', async () => {
    const death = fc.record({
      files: fc.integer({ min: 0, max: 6 }),
      words: fc.integer({ min: 0, max: 8 }),
      heard: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(death, { minLength: 1, maxLength: 5 }), async (deaths) => {
        const disk = await freshDisk();
        for (const one of deaths) {
          expect(await live(disk, one), 'the login of every life').toMatch(/settled/);
          const now = await counts();
          expect([hex(disk.present), hex(disk.staged)]).toContain(now);
        }
        expect(await live(disk, forgiving)).toMatch(/settled/);
        expect(hex(disk.present)).toBe(await counts());
        expect(disk.staged).toBeNull();
      }),
      { numRuns: 150, seed: 3 },
    );
  });

  test.each(
    Array.from({ length: 7 }, (_files, files) =>
      Array.from({ length: 7 }, (_words, words) => ({ files, words, heard: (files + words) % 2 === 0 })),
    ).flat(),
  )('killed after $files changes of files or $words words to the vault', async (death) => {
    const disk = await freshDisk();
    await live(disk, death);
    expect(await live(disk, forgiving)).toMatch(/settled/);
    expect(hex(disk.present)).toBe(await counts());
    expect(disk.staged).toBeNull();
  });

  test('whose new file is lost is made good by the one login that is left', async () => {
    const disk = await freshDisk();
    const before = Buffer.from(disk.present ?? '');
    await live(disk, forgiving);
    disk.present = Buffer.from(before);
    expect(await live(disk, forgiving)).toBe('unsettled');
    expect(hex(disk.present)).toBe(await counts());
    // twice rotated since: the old one is worth nothing any more
    disk.present = before;
    expect(await live(disk, forgiving)).toBe('CREDENTIAL_MISMATCH');
  });

  test('is done by one process at a time', async () => {
    const disk = await freshDisk();
    const one = client(running, 'vault-recorder');
    const two = client(running, 'vault-recorder');
    for (const { peer } of [one, two]) await logInAs(peer, onDisk(disk, { left: 9 }));
    await one.ask('component.rotation', { component: 'PSMApp', step: 'begin' });
    expect(await rotateCredential(two.peer, onDisk(disk, { left: 9 }))).toMatchObject({
      failure: { code: 'CREDENTIAL_BUSY' },
    });
    one.peer.close('killed');
    await expect
      .poll(async () => (await rotateCredential(two.peer, onDisk(disk, { left: 9 }))).ok, { timeout: 10_000 })
      .toBe(true);
    two.peer.close('done');
  });
});
