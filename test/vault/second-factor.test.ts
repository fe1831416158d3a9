import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { totpCode, totpStep } from '#/authentication/totp.js';
import type { LoggedIn } from '#/contract/calls.js';
import type { VaultRight } from '#/domain/permission.js';
import { type Client, client, portal, type Running, SPACE, startVault } from './in-process.ts';

const PASSWORD = 'pa55word and more';
let running: Running;
let desk: Client;
let door: Client;

beforeEach(async () => {
  running = await startVault();
  desk = client(running, 'admin');
  door = await portal(running);
  await add('alice');
});
afterEach(() => running.stop());

const add = (name: string, groups: readonly string[] = []) =>
  desk.ask(
    'admin.user.add',
    { name, groups: [...groups], mustChange: false, rights: [], expiresAt: null, logonHours: null },
    Buffer.from(PASSWORD),
  );
const enter = (user = 'alice', from = '192.0.2.7', password = PASSWORD): Promise<LoggedIn> =>
  door.ask('person.login', { user, from, via: 'ssh' }, Buffer.from(password));
const codeAt = (secret: Buffer, steps = 0) =>
  Buffer.from(totpCode(secret, totpStep(running.vault.now()) + steps));
const verify = (ticket: string, code: Buffer | string) =>
  door.peer.call('person.secondFactor.verify', { ticket }, Buffer.from(code as string));
const told = async (answer: ReturnType<typeof verify>) => {
  const outcome = await answer;
  return outcome.ok ? 'in' : outcome.failure.code;
};
const audited = async (limit = 1) =>
  (await desk.ask('admin.audit.list', { after: 0, limit, newestFirst: true })).map(
    (row) => `${row.code} ${row.outcome} ${row.actor}: ${row.detail}`,
  );

interface Enrolled {
  readonly secret: Buffer;
  readonly recovery: readonly string[];
}

async function enrol(ticket: string, proof: string | Buffer = PASSWORD): Promise<Enrolled> {
  const secret = Buffer.from(
    (await door.blob('person.secondFactor.begin', { ticket }, Buffer.from(proof as string))) ?? '',
  );
  expect(secret).toHaveLength(20);
  const codes = await door.blob('person.secondFactor.confirm', { ticket }, codeAt(secret));
  return { secret, recovery: codes?.toString('utf8').split('\n') ?? [] };
}

describe('enrolling', () => {
  test('takes the password, a code of the new secret, and gives ten recovery codes', async () => {
    const { ticket, secondFactor } = await enter();
    expect(secondFactor).toBe('done');
    expect(await door.refused('person.secondFactor.begin', { ticket }, Buffer.from('wrong'))).toMatchObject({
      code: 'LOGIN_REFUSED',
    });
    const { recovery } = await enrol(ticket);
    expect(new Set(recovery).size).toBe(10);
    expect(await audited()).toEqual(['917 ok alice: enrolled']);
    expect(await door.ask('person.secondFactor.state', { ticket })).toEqual({
      policy: 'optional',
      enrolled: true,
      recoveryLeft: 10,
    });
  });

  test('is not done before a code was right: until then nobody is asked for one', async () => {
    const { ticket } = await enter();
    await door.ask('person.secondFactor.begin', { ticket }, Buffer.from(PASSWORD));
    expect(
      await door.refused('person.secondFactor.confirm', { ticket }, Buffer.from('000000')),
    ).toMatchObject({ code: 'CODE_REFUSED' });
    expect((await enter()).secondFactor).toBe('done');
  });

  test('anew takes a code of the old one, and the old one ends', async () => {
    const old = await enrol((await enter()).ticket);
    running.advance(30_000);
    const { ticket } = await enter();
    expect(await told(verify(ticket, codeAt(old.secret)))).toBe('in');
    running.advance(30_000);
    expect(await door.refused('person.secondFactor.begin', { ticket }, Buffer.from(PASSWORD))).toMatchObject({
      code: 'CODE_REFUSED',
    });
    const fresh = await enrol(ticket, codeAt(old.secret));
    running.advance(30_000);
    const again = (await enter()).ticket;
    expect(await told(verify(again, codeAt(old.secret)))).toBe('CODE_REFUSED');
    expect(await told(verify(again, old.recovery[0] ?? ''))).toBe('CODE_REFUSED');
    expect(await told(verify(again, codeAt(fresh.secret)))).toBe('in');
  });

  test('the secret is sealed in the database, for its person only; recovery codes are hashes', async () => {
    const { secret, recovery } = await enrol((await enter()).ticket);
    const bytes = ['vault.db', 'vault.db-wal'].map((name) => readFileSync(join(running.folder, name)));
    const all = Buffer.concat(bytes);
    expect(all.includes(secret)).toBe(false);
    for (const code of recovery)
      expect(all.includes(code) || all.includes(code.replaceAll('-', ''))).toBe(false);
  });
});

describe('a login with a second factor', () => {
  let mine: Enrolled;
  beforeEach(async () => {
    mine = await enrol((await enter()).ticket);
    running.advance(30_000);
  });

  test('waits for the code; nothing else answers before it', async () => {
    const { ticket, secondFactor } = await enter();
    expect(secondFactor).toBe('code');
    expect(await audited()).toEqual(['918 ok alice: password; a code is asked']);
    for (const call of [
      'person.accounts',
      'person.sessions',
      'person.keys',
      'person.secondFactor.state',
    ] as const)
      expect(await door.refused(call, { ticket })).toMatchObject({ code: 'SECOND_FACTOR_NEEDED' });
    for (const call of [
      'person.secondFactor.begin',
      'person.secondFactor.confirm',
      'person.secondFactor.remove',
    ] as const)
      expect(await door.refused(call, { ticket }, Buffer.from(PASSWORD))).toMatchObject({
        code: 'SECOND_FACTOR_NEEDED',
      });
    expect(await told(verify(ticket, codeAt(mine.secret)))).toBe('in');
    expect(await audited()).toEqual(['7 ok alice: second factor']);
    expect(await door.ask('person.accounts', { ticket })).toEqual([]);
  });

  test('a code is taken once, also at another login, and the one before it never', async () => {
    const code = codeAt(mine.secret);
    const before = codeAt(mine.secret, -1);
    expect(await told(verify((await enter()).ticket, code))).toBe('in');
    const again = (await enter()).ticket;
    expect(await told(verify(again, code))).toBe('CODE_REFUSED');
    expect(await told(verify(again, before))).toBe('CODE_REFUSED');
    expect(await audited()).toEqual(['4 failure alice: wrong-code']);
    expect(await told(verify(again, codeAt(mine.secret, 1)))).toBe('in');
  });

  test('a recovery code opens once, and says how many are left', async () => {
    const [code = ''] = mine.recovery;
    const { ticket } = await enter();
    expect(await door.ask('person.secondFactor.verify', { ticket }, Buffer.from(code.toUpperCase()))).toEqual(
      { recoveryLeft: 9 },
    );
    expect((await audited(2)).reverse()).toEqual([
      '917 ok alice: a recovery code was used',
      '7 ok alice: recovery code',
    ]);
    expect(await told(verify((await enter()).ticket, code))).toBe('CODE_REFUSED');
  });

  test('wrong codes lock out like wrong passwords, and a right password does not start them anew', async () => {
    for (let i = 0; i < 5; i += 1)
      expect(await told(verify((await enter()).ticket, '000000'))).toBe('CODE_REFUSED');
    expect(
      await door.refused(
        'person.login',
        { user: 'alice', from: '192.0.2.7', via: 'ssh' },
        Buffer.from(PASSWORD),
      ),
    ).toMatchObject({ code: 'LOGIN_THROTTLED' });
    // from elsewhere the person himself comes in
    const { ticket } = await enter('alice', '192.0.2.8');
    expect(await told(verify(ticket, codeAt(mine.secret)))).toBe('in');
  });

  test('of a hundred at once with one code, one comes in', async () => {
    const tickets = await Promise.all(
      Array.from({ length: 100 }, async (_, i) => (await enter('alice', `198.51.100.${i}`)).ticket),
    );
    const code = codeAt(mine.secret);
    const answers = await Promise.all(tickets.map((ticket) => told(verify(ticket, code))));
    expect(answers.filter((one) => one === 'in')).toHaveLength(1);
    expect(answers.filter((one) => one === 'CODE_REFUSED')).toHaveLength(99);

    const [recovery = ''] = mine.recovery;
    const rest = tickets.filter((_, i) => answers[i] !== 'in');
    const recovered = await Promise.all(rest.map((ticket) => told(verify(ticket, recovery))));
    expect(recovered.filter((one) => one === 'in')).toHaveLength(1);
  });

  test('an administrator resets it, which ends logins; nobody is asked any more', async () => {
    const { ticket } = await enter();
    await desk.ask('admin.user.secondFactor.reset', { name: 'alice' });
    expect(await audited()).toEqual(['917 ok root@console: reset']);
    expect(await told(verify(ticket, codeAt(mine.secret)))).toBe('NOT_LOGGED_IN');
    expect((await enter()).secondFactor).toBe('done');
  });

  test('the person removes it, with a code', async () => {
    const { ticket } = await enter();
    await verify(ticket, codeAt(mine.secret));
    const remove = (proof: Buffer | string) =>
      door.peer.call('person.secondFactor.remove', { ticket }, Buffer.from(proof as string));
    expect(await told(remove(PASSWORD))).toBe('CODE_REFUSED');
    expect(await told(remove(codeAt(mine.secret, 1)))).toBe('in');
    expect((await enter()).secondFactor).toBe('done');
  });

  test('outlives a wrong clock of a step, and a restart of nothing but the code', async () => {
    expect(await told(verify((await enter()).ticket, codeAt(mine.secret, 2)))).toBe('CODE_REFUSED');
    expect(await told(verify((await enter()).ticket, codeAt(mine.secret, 1)))).toBe('in');
  });
});

describe('the policy of groups', () => {
  beforeEach(async () => {
    await desk.ask('admin.group.add', { name: 'Operators' });
    await desk.ask('admin.group.member', { group: 'Operators', user: 'alice', present: true });
  });
  const policy = (secondFactor: 'off' | 'optional' | 'required', name = 'Operators') =>
    desk.ask('admin.group.set', { name, secondFactor });

  test('required: a login does nothing but enrol, and needs no proof again for that', async () => {
    expect(await policy('required')).toMatchObject({ secondFactor: 'required' });
    expect(await audited()).toEqual(['914 ok root@console: second factor: required']);
    const { ticket, secondFactor } = await enter();
    expect(secondFactor).toBe('enrol');
    expect(await door.refused('person.accounts', { ticket })).toMatchObject({ code: 'SECOND_FACTOR_NEEDED' });
    expect(await told(verify(ticket, '000000'))).toBe('SECOND_FACTOR_NEEDED');
    await enrol(ticket, '');
    expect(await door.ask('person.accounts', { ticket })).toEqual([]);
    expect(await door.refused('person.secondFactor.remove', { ticket }, Buffer.from('000000'))).toMatchObject(
      { code: 'CODE_REFUSED' },
    );
    expect((await enter()).secondFactor).toBe('code');
  });

  test('a login that had to enrol cannot replace what the person enrolled meanwhile', async () => {
    await policy('required');
    const stale = (await enter('alice', '203.0.113.9')).ticket;
    await door.ask('person.secondFactor.begin', { ticket: stale });
    await enrol((await enter()).ticket, '');
    expect(await door.refused('person.secondFactor.begin', { ticket: stale })).toMatchObject({
      code: 'NOT_LOGGED_IN',
    });
    expect(await door.refused('person.accounts', { ticket: stale })).toMatchObject({ code: 'NOT_LOGGED_IN' });
  });

  test('off: nobody is asked, nobody can enrol; of several groups the strictest counts', async () => {
    await enrol((await enter()).ticket);
    await policy('off');
    const { ticket, secondFactor } = await enter();
    expect(secondFactor).toBe('done');
    expect(await door.refused('person.secondFactor.begin', { ticket }, Buffer.from(PASSWORD))).toMatchObject({
      code: 'SECOND_FACTOR_POLICY',
    });
    await desk.ask('admin.group.member', { group: 'Auditors', user: 'alice', present: true });
    expect((await enter()).secondFactor).toBe('code');
  });
});

describe("a person's own keys", () => {
  let key: string;
  beforeEach(() => {
    const folder = mkdtempSync(join(SPACE, 'own-key-'));
    execFileSync('ssh-keygen', [
      '-q',
      '-t',
      'ed25519',
      '-N',
      '',
      '-C',
      'my laptop',
      '-f',
      join(folder, 'id'),
    ]);
    key = readFileSync(join(folder, 'id.pub'), 'utf8');
    rmSync(folder, { recursive: true });
  });

  test('are added with the password, listed and removed', async () => {
    const { ticket } = await enter();
    expect(await door.refused('person.key.add', { ticket, key }, Buffer.from('wrong'))).toMatchObject({
      code: 'LOGIN_REFUSED',
    });
    expect(
      await door.refused('person.key.add', { ticket, key: 'nonsense' }, Buffer.from(PASSWORD)),
    ).toMatchObject({
      code: 'BAD_INPUT',
    });
    const row = await door.ask('person.key.add', { ticket, key }, Buffer.from(PASSWORD));
    expect(row).toMatchObject({ type: 'ssh-ed25519', comment: 'my laptop', verifyRequired: false });
    expect(await audited()).toEqual([`910 ok alice: key added: ${row.fingerprint}`]);
    expect(await door.ask('person.keys', { ticket })).toEqual([row]);
    expect(await door.refused('person.key.add', { ticket, key }, Buffer.from(PASSWORD))).toMatchObject({
      code: 'ALREADY_EXISTS',
    });
    await door.ask('person.key.remove', { ticket, fingerprint: row.fingerprint });
    expect(await audited()).toEqual([`910 ok alice: key removed: ${row.fingerprint}`]);
    expect(await door.refused('person.key.remove', { ticket, fingerprint: row.fingerprint })).toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  test('are added with a code where there is a second factor, and not with the password', async () => {
    const { ticket } = await enter();
    const { secret } = await enrol(ticket);
    expect(await door.refused('person.key.add', { ticket, key }, Buffer.from(PASSWORD))).toMatchObject({
      code: 'CODE_REFUSED',
    });
    await door.ask('person.key.add', { ticket, key }, codeAt(secret, 1));
    expect(await door.ask('person.keys', { ticket })).toHaveLength(1);
  });

  test("others' are reset, added and removed by who may, as far as he reaches", async () => {
    const helper = async (name: string, rights: readonly VaultRight[]) => {
      await desk.ask(
        'admin.user.add',
        { name, groups: [], mustChange: false, rights: [...rights], expiresAt: null, logonHours: null },
        Buffer.from(PASSWORD),
      );
      return (await enter(name)).ticket;
    };
    const { ticket } = await enter();
    await enrol(ticket);
    const [factors, keys] = [
      await helper('factors', ['activateUsers']),
      await helper('keys', ['resetUsersPasswords']),
    ];
    // who sets passwords does not get past a second factor by it
    expect(
      await door.refused('person.user.secondFactor.reset', { ticket: keys, name: 'alice' }),
    ).toMatchObject({ code: 'DENIED' });
    for (const name of ['Administrator', 'factors'])
      expect(await door.refused('person.user.secondFactor.reset', { ticket: factors, name })).toMatchObject({
        code: 'DENIED',
      });
    await door.ask('person.user.secondFactor.reset', { ticket: factors, name: 'alice' });
    expect(await audited()).toEqual(['917 ok factors: reset']);
    expect(await door.refused('person.keys', { ticket })).toMatchObject({ code: 'NOT_LOGGED_IN' });
    expect((await enter()).secondFactor).toBe('done');
    const { fingerprint } = await door.ask('person.user.key.add', { ticket: keys, name: 'alice', key });
    expect(await audited()).toEqual([`910 ok keys: key added: ${fingerprint}`]);
    expect(
      await door.refused('person.user.key.add', { ticket: keys, name: 'Administrator', key }),
    ).toMatchObject({ code: 'DENIED' });
    const gone = { ticket: keys, name: 'alice', fingerprint };
    await door.ask('person.user.key.remove', gone);
    expect(await audited()).toEqual([`910 ok keys: key removed: ${fingerprint}`]);
    expect(await door.refused('person.user.key.remove', gone)).toMatchObject({ code: 'NOT_FOUND' });
  });
});
