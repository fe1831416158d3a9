import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Order } from '#/contract/orders.js';
import { makeId } from '#/domain/ids.js';
import { checkOrder } from '#/supervisor/check-order.js';
import { oneAtATime } from '#/supervisor/one-at-a-time.js';
import { orderKeeper } from '#/supervisor/orders.js';

const range = { first: 2_000_000, count: 100 };
const sessionId = makeId('session', Buffer.alloc(20, 7));
const order: Extract<Order, { kind: 'prepare-box' }> = {
  kind: 'prepare-box',
  sessionId,
  uid: 2_000_005,
  name: 'PSMShadow-alice',
  profileVersion: 1,
  program: 'ssh',
  term: 'xterm-256color',
  lang: 'C.UTF-8',
};

describe('an order', () => {
  it('is obeyed when it is one', () => expect(checkOrder(order, range)).toEqual(order));

  it.each<[string, unknown]>([
    ['nothing', null],
    ['a uid below the range', { ...order, uid: 1_999_999 }],
    ['root', { ...order, uid: 0 }],
    ['a uid above the range', { ...order, uid: 2_000_100 }],
    ['half a uid', { ...order, uid: 2_000_005.5 }],
    ['a path as session', { ...order, sessionId: '../../etc' }],
    ['another kind of id', { ...order, sessionId: sessionId.replace(/^n/, 'u') }],
    ['a name with a newline', { ...order, name: 'a\nuid=0' }],
    ['a name like an option', { ...order, name: '-x' }],
    ['a long name', { ...order, name: 'x'.repeat(33) }],
    ['another program', { ...order, program: 'sh' }],
    ['more than it may say', { ...order, home: '/root' }],
    ['a credential of nobody', { kind: 'credential', component: 'Administrator', step: 'look', hash: null }],
    ['a credential to be read', { kind: 'credential', component: 'PSMApp', step: 'read', hash: null }],
    ['a hash that is none', { kind: 'credential', component: 'PSMApp', step: 'promote', hash: '../x' }],
    ['an unknown kind', { kind: 'exec', command: 'id' }],
    [
      'a reset outside the range',
      { kind: 'reset-profile', uid: 0, name: 'x', profileVersion: 1, keep: false },
    ],
  ])('is refused: %s', (_, raw) => expect(checkOrder(raw, range)).toBeNull());
});

describe.runIf(process.getuid?.() === 0)('carrying out orders', () => {
  let run: string;
  beforeEach(() => {
    run = mkdtempSync(join(tmpdir(), 'orders-'));
    chmodSync(run, 0o711);
    for (const name of ['boxes', 'home', 'home/profiles', 'home/quarantine'])
      mkdirSync(join(run, name), { mode: 0o711 });
    mkdirSync(join(run, 's'));
  });
  afterEach(() => rmSync(run, { recursive: true, force: true }));
  const keeper = () =>
    orderKeeper({
      run,
      level: 3,
      range,
      limitMb: 64,
      binds: [{ source: '/usr/bin/ssh', inside: '/usr/bin/ssh' }],
      root: true,
      now: () => new Date(),
      accounts: null,
    });

  it('makes a profile and a record that only root could have written', async () => {
    expect(await keeper()(order)).toEqual({ kind: 'done', level: 3, healed: null });
    expect(readFileSync(join(run, 'boxes', sessionId, 'record'), 'utf8')).toBe(
      `level=3\nuid=2000005\ngid=2000005\nname=PSMShadow-alice\nhome=${run}/home/profiles/2000005\nprogram=ssh\nfsize=67108864\nterm=xterm-256color\nlang=C.UTF-8\nsession=${run}/s/${sessionId}\n`,
    );
    expect(readdirSync(join(run, 'home/profiles'))).toEqual(['2000005']);
  });

  it("looks at a host key without anything of the person's", async () => {
    await keeper()({ ...order, program: 'probe' });
    expect(readFileSync(join(run, 'boxes', sessionId, 'record'), 'utf8')).toContain(
      '\nhome=\nprogram=probe\n',
    );
    expect(readdirSync(join(run, 'home/profiles'))).toEqual([]);
  });

  it("never lets a terminal's name or a language into the record as they came", async () => {
    await keeper()({ ...order, term: 'x\nuid=0', lang: 'de_DE.UTF-8;rm' });
    expect(readFileSync(join(run, 'boxes', sessionId, 'record'), 'utf8')).toContain(
      '\nterm=xterm-256color\nlang=C.UTF-8\n',
    );
  });

  it('makes one profile for twenty first connections at once', async () => {
    const obey = keeper();
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        obey({ ...order, sessionId: makeId('session', Buffer.alloc(20, n)) }),
      ),
    );
    expect(all.every((result) => result.kind === 'done' && result.healed === null)).toBe(true);
    expect(readdirSync(join(run, 'home/profiles'))).toEqual(['2000005']);
    expect(readdirSync(join(run, 'home/quarantine'))).toEqual([]);
    expect(readdirSync(join(run, 'boxes'))).toHaveLength(20);
  });

  it('forgets a box, and resets or deletes a profile by putting it aside', async () => {
    const obey = keeper();
    await obey(order);
    await obey({ kind: 'forget-box', sessionId });
    expect(readdirSync(join(run, 'boxes'))).toEqual([]);
    expect(
      await obey({ kind: 'reset-profile', uid: order.uid, name: order.name, profileVersion: 2, keep: true }),
    ).toMatchObject({ kind: 'done' });
    expect(readFileSync(join(run, 'home/profiles/2000005/.postern-profile'), 'utf8')).toBe(
      'postern profile 2\n',
    );
    await obey({ kind: 'reset-profile', uid: order.uid, name: order.name, profileVersion: 3, keep: false });
    expect(readdirSync(join(run, 'home/profiles'))).toEqual([]);
    expect(readdirSync(join(run, 'home/quarantine')).length).toBe(2);
  });

  it('forgets the first password, once or again, and no other file', async () => {
    const file = join(run, 'home/administrator-password');
    writeFileSync(file, 'x');
    for (let round = 0; round < 2; round += 1)
      expect(await keeper()({ kind: 'forget-first-password' })).toMatchObject({ kind: 'done' });
    expect(readdirSync(join(run, 'home')).sort()).toEqual(['profiles', 'quarantine']);
    expect(checkOrder({ kind: 'forget-first-password', path: '/etc/shadow' }, range)).toBeNull();
  });

  it('answers in words when it cannot', async () => {
    rmSync(join(run, 'home/profiles'), { recursive: true });
    expect(JSON.stringify(await keeper()(order))).toMatch(/"kind":"failed","detail":"ENOENT/);
    expect(await keeper()({ kind: 'exec' })).toEqual({ kind: 'failed', detail: 'the order is malformed' });
  });
});

describe('one at a time', () => {
  it('keeps the order for one key, and lets others pass', async () => {
    const run = oneAtATime();
    const seen: string[] = [];
    const slow = Promise.withResolvers<void>();
    const first = run('a', async () => (await slow.promise, seen.push('a1')));
    const second = run('a', async () => seen.push('a2'));
    await run('b', async () => seen.push('b'));
    slow.resolve();
    await Promise.all([first, second]);
    expect(seen).toEqual(['b', 'a1', 'a2']);
  });
  it('goes on after a failure', async () => {
    const run = oneAtATime();
    const failing = run('a', async () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(await run('a', async () => 1)).toBe(1);
  });
});
