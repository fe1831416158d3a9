import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { failure } from '#/domain/failure.js';
import { parseHostKey } from '#/domain/host-key.js';
import { NOTICE } from '#/domain/session.js';
import { freePort, startTarget, type Target } from '../helpers/target.js';
import { hasBox, hasWrapper, type Person, type Rig, startRig, until } from './rig.js';

const PASSWORD = 'Canary-5f1b pw';

describe.runIf(hasBox)(
  'a session host with a real box and a real target',
  () => {
    let target: Target;
    let rig: Rig;
    const user = `ptsu${process.pid}`;

    beforeAll(async () => {
      target = await startTarget();
      target.addUser(user, PASSWORD);
      rig = await startRig();
    }, 60_000);
    afterAll(async () => {
      await rig[Symbol.asyncDispose]();
      await target.stop();
    });
    beforeEach(() => {
      rig.asked.length = 0;
      rig.answer = {};
      rig.level = 3;
      rig.grant = {
        ...rig.grant,
        target: { user, address: '127.0.0.1', port: target.port },
        secretKind: 'password',
        forward: null,
        hostKey: parseHostKey(target.hostKey),
      };
      rig.secret = { secret: Buffer.from(PASSWORD), passphrase: Buffer.alloc(0) };
    });
    afterEach(async () => {
      await until(() => rig.boxes().length === 0);
      // the last head may still be on its way to the vault
      await until(() => readdirSync(join(rig.run, 's')).length === 0);
    });

    const stages = (): readonly string[] =>
      rig.asked
        .filter((one) => one.call === 'session.stage')
        .flatMap(({ args }) => [
          ...((args['passed'] ?? []) as { stage: number }[]).map(({ stage }) => String(stage)),
          `${String(args['stage'])}${args['ok'] === true ? '' : ` ${String(args['code'])}`}`,
        ]);
    /** As the vault is told it: with the last head, or apart. */
    const ending = (): unknown =>
      rig.asked
        .map(({ call, args }) => (call === 'session.ended' ? args : args['ended']))
        .filter((ended) => ended !== undefined)
        .map((ended) => (ended as { readonly ending: unknown }).ending)
        .at(0);
    const rowsOf = (person: Person): string[] =>
      Array.from(
        { length: person.screen.rows },
        (_row, row) => person.screen.buffer.active.getLine(row)?.translateToString(true) ?? '',
      );
    /** The rows of the person's terminal. */
    function shown({ screen }: Person): string {
      const { active } = screen.buffer;
      const rows = Array.from({ length: screen.rows }, (_, row) => active.getLine(active.baseY + row));
      return rows.map((row) => row?.translateToString(true) ?? '').join('\n');
    }
    async function over(person: Person): Promise<void> {
      await person.closed;
      await until(() => ending() !== undefined);
    }

    test('a password account: the notice first, the work, and how it ended', async () => {
      const alice = await rig.open({ columns: 100, rows: 30 });
      await alice.sees('target$ ');
      expect(alice.text().startsWith(`${NOTICE}\r\n`)).toBe(true);
      alice.type('stty size; echo $((6*7)); printf "\\377\\000\\001end"; exit 3\n');
      expect((await alice.hears('ended')).ending).toEqual({ kind: 'exited', status: 3, signal: null });
      await over(alice);
      expect(alice.text()).toContain('30 100\r\n42\r\n');
      expect(alice.bytes().includes(Buffer.from([0xff, 0, 1, 0x65, 0x6e, 0x64]))).toBe(true);
      expect(stages()).toEqual(['3', '4', '5', '6', '7', '8']);
      expect(ending()).toEqual({ kind: 'exited', status: 3, signal: null });
      expect(
        alice.messages.flatMap((one) => (one.type === 'stage' && one.state === 'done' ? [one.stage] : [])),
      ).toEqual([3, 4, 5, 6, 7, 8]);
      expect(rig.asked.findLast((one) => one.call === 'session.head')?.args['final']).toBe(true);
      expect(readFileSync(join(rig.spool, `${alice.sessionId}.tape`)).length).toBeGreaterThan(100);
    });

    test('a key account, with a passphrase', async () => {
      const keys = join(target.folder, 'client');
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'open sesame', '-f', keys]);
      const name = `${user}k`;
      target.addUser(name, 'unused-1', readFileSync(`${keys}.pub`, 'utf8'));
      rig.grant = { ...rig.grant, target: { ...rig.grant.target, user: name }, secretKind: 'key' };
      rig.secret = { secret: readFileSync(keys), passphrase: Buffer.from('open sesame') };
      const alice = await rig.open();
      await alice.sees('target$ ');
      alice.type('id -un; exit\n');
      await over(alice);
      expect(alice.text()).toContain(`${name}\r\n`);
      expect(target.log()).toMatch(new RegExp(`Accepted publickey for ${name}`));
    });

    test.runIf(hasWrapper).each([2, 1] as const)(
      'with fewer walls, level %i, an unknown host key and a password work too',
      async (level) => {
        rig.level = level;
        rig.grant = { ...rig.grant, hostKey: null };
        rig.answer = {
          'session.hostKey': () => ({
            ok: true,
            value: { value: { verdict: 'accepted', mayPin: true, pinned: null } },
          }),
        };
        const alice = await rig.open();
        await alice.sees('target$ ');
        alice.type('exit 4\n');
        await over(alice);
        expect(ending()).toEqual({ kind: 'exited', status: 4, signal: null });
      },
    );

    test("a wrong password is the target's, at stage 7, after one try", async () => {
      rig.secret = { secret: Buffer.from('wrong'), passphrase: Buffer.alloc(0) };
      const before = (target.log().match(/Failed password/g) ?? []).length;
      const alice = await rig.open();
      expect((await alice.hears('failed')).failure).toMatchObject({
        code: 'TARGET_AUTHENTICATION',
        side: 'target',
        stage: 7,
      });
      await over(alice);
      expect(stages()).toEqual(['3', '4', '5', '6', '7 TARGET_AUTHENTICATION']);
      expect((target.log().match(/Failed password/g) ?? []).length - before).toBe(1);
      expect(alice.text()).toBe(`${NOTICE}\r\n`);
    });

    test("a dead port is the target's, at stage 5, before the notice", async () => {
      rig.grant = { ...rig.grant, target: { ...rig.grant.target, port: await freePort() } };
      const alice = await rig.open();
      expect((await alice.hears('failed')).failure).toMatchObject({
        code: 'TARGET_REFUSED',
        side: 'target',
        stage: 5,
      });
      await over(alice);
      expect(alice.text()).toBe('');
      expect(stages()).toEqual(['3', '4', '5 TARGET_REFUSED']);
    });

    test('something that is no SSH server is told as such', async () => {
      const server = createServer((socket) =>
        socket.on('error', () => undefined).end('HTTP/1.0 400 no\r\n\r\n'),
      );
      await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
      rig.grant = {
        ...rig.grant,
        target: { ...rig.grant.target, port: (server.address() as { port: number }).port },
      };
      const alice = await rig.open();
      expect((await alice.hears('failed')).failure).toMatchObject({
        code: 'TARGET_PROTOCOL',
        side: 'target',
        stage: 7,
      });
      await over(alice);
      server.close();
    });

    test('another host key than the pinned one stops before the secret is asked for, and shows both', async () => {
      const other = parseHostKey(
        'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f',
      );
      rig.grant = { ...rig.grant, hostKey: other };
      rig.answer = {
        'session.hostKey': () => ({
          ok: true,
          value: { value: { verdict: 'changed', mayPin: false, pinned: other } },
        }),
      };
      const alice = await rig.open();
      const said = await alice.hears('failed');
      expect(said.failure).toMatchObject({ code: 'HOST_KEY_CHANGED', side: 'target', stage: 7 });
      expect([said.offered, said.pinned]).toEqual([parseHostKey(target.hostKey), other]);
      await over(alice);
      expect(rig.asked.find((one) => one.call === 'session.hostKey')?.args['key']).toEqual(
        parseHostKey(target.hostKey),
      );
      expect(target.log().includes('preauth')).toBe(true);
    });

    test('an unknown host key is probed, asked about, and then expected', async () => {
      rig.grant = { ...rig.grant, hostKey: null };
      let decided = false;
      rig.answer = {
        'session.hostKey': () => ({
          ok: true,
          value: { value: { verdict: decided ? 'accepted' : 'ask', mayPin: true, pinned: null } },
        }),
      };
      const alice = await rig.open();
      expect((await alice.hears('host-key')).key).toEqual(parseHostKey(target.hostKey));
      decided = true;
      alice.say({ type: 'host-key-decided' });
      await alice.sees('target$ ');
      alice.say({ type: 'end' });
      await over(alice);
      expect(ending()).toEqual({ kind: 'owner-ended' });
    });

    test('a refused host key fails at stage 4, and the recorder has heard nothing', async () => {
      rig.grant = { ...rig.grant, hostKey: null };
      rig.answer = {
        'session.hostKey': () => ({
          ok: true,
          value: { value: { verdict: 'refused', mayPin: true, pinned: null } },
        }),
      };
      const alice = await rig.open();
      expect((await alice.hears('failed')).failure).toMatchObject({ code: 'HOST_KEY_UNKNOWN', stage: 4 });
      await over(alice);
      expect(rig.asked.some((one) => one.call === 'session.head')).toBe(false);
    });

    test('a proof for another challenge lands nothing', async () => {
      const mallory = await rig.open({ badProof: true });
      expect((await mallory.hears('failed')).failure).toMatchObject({ code: 'LANDING_REFUSED', stage: 3 });
      await mallory.closed;
      expect(rig.asked.map((one) => one.call)).not.toContain('session.landed');
      expect(rig.asked.map((one) => one.call)).not.toContain('session.ended');
    });

    test.each([
      ['a session, with a permit for a forwarded connection', undefined, { host: 'db1', port: 1 }],
      ['a forwarded connection, with a permit for a session', { host: 'db1', port: 1 }, null],
      ['another place than that of the permit', { host: 'db1', port: 1 }, { host: 'db1', port: 2 }],
    ])('%s: refused at stage 4, and nothing is opened', async (_name, wanted, granted) => {
      rig.grant = { ...rig.grant, forward: granted };
      const alice = await rig.open(wanted === undefined ? {} : { channel: { kind: 'forward', ...wanted } });
      expect((await alice.hears('failed')).failure).toMatchObject({ code: 'PERMIT_REFUSED', stage: 4 });
      await over(alice);
      // where there is no screen, nobody is shown how far it has come
      expect(alice.messages.some(({ type }) => type === 'stage')).toBe(wanted === undefined);
      expect(rig.asked.some((one) => one.call === 'session.head')).toBe(false);
    });

    test('no tape, no session: the target hears nothing', async () => {
      rig.answer = {
        'session.head': () => ({
          ok: false,
          failure: { code: 'AUDIT_UNAVAILABLE', side: 'ours', stage: null, message: 'full', next: '' },
        }),
      };
      const before = target.log().length;
      const alice = await rig.open();
      expect((await alice.hears('failed')).failure).toMatchObject({
        code: 'RECORDER_UNAVAILABLE',
        side: 'ours',
        stage: 5,
      });
      await over(alice);
      expect(target.log().length).toBe(before);
    });

    test('no room for a tape, no look at an unknown host key either', async () => {
      rig.grant = { ...rig.grant, hostKey: null };
      const filler = join(rig.spool, 'filler');
      spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=64k']);
      const before = target.log().length;
      const alice = await rig.open();
      expect((await alice.hears('failed')).failure).toMatchObject({ code: 'RECORDER_UNAVAILABLE', stage: 5 });
      await over(alice);
      expect(target.log().length).toBe(before);
      expect(stages()).toEqual(['3', '4', '5 RECORDER_UNAVAILABLE']);
      rmSync(filler);
    });

    test('the vault ends a session, and the person reads why', async () => {
      const alice = await rig.open();
      await alice.sees('target$ ');
      await rig.terminate(alice.sessionId, 'terminated');
      expect((await alice.hears('ended')).ending).toEqual({
        kind: 'terminated',
        by: 'bob',
        reason: 'enough',
      });
      await over(alice);
      expect(alice.text()).toContain('This session was ended by bob: enough');
    });

    test('a lost client: the session lives on, and the exact screen comes back', async () => {
      const alice = await rig.open();
      await alice.sees('target$ ');
      alice.type('printf "one\\ntwo\\n"; sleep 0.3; echo later\n');
      await alice.sees('two\r\n');
      alice.socket.destroy();
      await until(() =>
        rig.asked.some((one) => one.call === 'session.state' && one.args['state'] === 'detached'),
      );
      const again = await rig.attach(alice.sessionId, { columns: 90, rows: 20 });
      await again.hears('live');
      await again.sees('later');
      await again.sees(/later[\s\S]*target\$ /);
      expect(again.text()).toContain('two');
      again.type('stty size; exit\n');
      await over(again);
      expect(again.text()).toContain('20 90');
    });

    test('what a portal says while its attaching is under way is heard after it', async () => {
      const alice = await rig.open();
      await alice.sees('target$ ');
      alice.socket.destroy();
      const again = await rig.attach(alice.sessionId);
      again.say({ type: 'resize', columns: 61, rows: 17 });
      again.type('stty size\n');
      await again.sees('17 61');
      again.say({ type: 'end' });
      await over(again);
    });

    test('a second attach takes over, and the first is told', async () => {
      const alice = await rig.open();
      await alice.sees('target$ ');
      const other = await rig.attach(alice.sessionId);
      expect((await alice.hears('failed')).failure.code).toBe('SESSION_TAKEN_OVER');
      await alice.closed;
      other.type('echo still $((40+2))\n');
      await other.sees('still 42');
      other.say({ type: 'end' });
      await over(other);
    });

    test('vim, its screen, its modes and the shell beneath it come back', async () => {
      const alice = await rig.open();
      await alice.sees('target$ ');
      alice.type("echo beneath; vim -u NONE -c 'set mouse=a number nocompatible' /etc/services\n");
      await alice.sees('/etc/services"');
      alice.type('/22.tcp\r');
      await alice.sees('\x1b[?25h');
      await until(() => rowsOf(alice).some((row) => row.includes('ssh')));
      const before = rowsOf(alice);
      alice.socket.destroy();
      await until(() =>
        rig.asked.some((one) => one.call === 'session.state' && one.args['state'] === 'detached'),
      );
      const again = await rig.attach(alice.sessionId);
      await again.hears('live');
      await until(
        () => rowsOf(again).join() === before.join(),
        5000,
        () => rowsOf(again).join('\n'),
      );
      expect(again.screen.modes.mouseTrackingMode).toBe(alice.screen.modes.mouseTrackingMode);
      expect(again.screen.modes.applicationCursorKeysMode).toBe(true);
      again.type(':q!\r');
      await until(
        () =>
          rowsOf(again).some((row) => row.includes('beneath')) &&
          again.screen.buffer.active.type === 'normal',
      );
      again.say({ type: 'end' });
      await over(again);
    });

    test('attaching to what is gone says so', async () => {
      const nobody = await rig.attach('n00000000000000000000');
      expect((await nobody.hears('failed')).failure.code).toBe('SESSION_GONE');
      await nobody.closed;
    });

    test('idle: warned a while before, then ended', async () => {
      rig.grant = {
        ...rig.grant,
        policy: { ...rig.grant.policy, idleMinutes: 0.02, maximumMinutes: 0, graceMinutes: 5 },
      };
      const alice = await rig.open();
      expect((await alice.hears('ended')).ending).toEqual({ kind: 'idle', minutes: 0.02 });
      await over(alice);
      expect(alice.text()).toMatch(/No key was pressed[\s\S]*ended after 0.02 min/);
      rig.grant = {
        ...rig.grant,
        policy: { ...rig.grant.policy, idleMinutes: 0, maximumMinutes: 0, graceMinutes: 5 },
      };
    });

    test('a warning is laid over a full-screen program and taken away by a key: not a byte of it is in the stream', async () => {
      rig.grant = { ...rig.grant, policy: { ...rig.grant.policy, idleMinutes: 0.1, maximumMinutes: 0 } };
      const alice = await rig.open({ columns: 80, rows: 24 });
      await alice.sees('target$ ');
      alice.type(
        "stty raw -echo; printf '\\033[?1049h\\033[2J\\033[3;5r\\033[?6h\\033[2;4Hmid''dle\\033[31m'; head -c 1 | od -An -c; printf be''low\n",
      );
      await until(() => shown(alice).includes('middle'));
      await until(() => shown(alice).includes('No key was pressed'));
      expect(shown(alice).split('\n')[3]).toBe('   middle');
      alice.type('\x1b');
      await until(() => shown(alice).includes('below'));
      expect(shown(alice).split('\n')[3]).toBe('   middle 033');
      await until(() => !shown(alice).includes('No key'));
      alice.say({ type: 'end' });
      await over(alice);
      rig.grant = { ...rig.grant, policy: { ...rig.grant.policy, idleMinutes: 0 } };
    });

    test('bulk output arrives whole while the person reads slowly', async () => {
      const alice = await rig.open();
      await alice.sees('target$ ');
      alice.type('stty -opost; seq 1 200000; exit\n');
      alice.socket.pause();
      await until(() => rig.boxes().length > 0);
      setTimeout(() => alice.socket.resume(), 500);
      await over(alice);
      const all = Array.from({ length: 200_000 }, (_, i) => `${i + 1}\n`).join('');
      expect(alice.text().includes(all)).toBe(true);
    });

    test('a frozen target shell that dies is told as lost', async () => {
      const alice = await rig.open();
      await alice.sees('target$ ');
      alice.type('kill -9 $PPID\n');
      expect((await alice.hears('ended')).ending).toMatchObject({ kind: 'target-lost' });
      await over(alice);
    });

    test('a paste of a megabyte to a program that reads late arrives whole', async () => {
      const alice = await rig.open();
      await alice.sees('target$ ');
      alice.type('stty raw -echo; echo ready; sleep 0.5; head -c 1000000 | sha256sum; stty sane\n');
      await alice.sees('ready\n');
      const paste = 'paste '.repeat(166_667).slice(0, 1_000_000);
      alice.type(paste);
      await alice.sees(createHash('sha256').update(paste).digest('hex'));
      alice.say({ type: 'end' });
      await over(alice);
    });

    test('what is typed before the login reaches the program once, and is not echoed by the box', async () => {
      const alice = await rig.open();
      await alice.hears('live');
      alice.type('echo early $((1+1))\n');
      await alice.sees('early 2');
      alice.say({ type: 'end' });
      await over(alice);
      expect(alice.text().split('echo early').length - 1).toBeLessThanOrEqual(2);
      expect(alice.text().indexOf('echo early')).toBeGreaterThan(NOTICE.length);
    });

    test('an end that the last head cannot say is told apart', async () => {
      const alice = await rig.open();
      await alice.sees('target$ ');
      rig.answer = {
        'session.head': (args: { readonly final: boolean }) =>
          args.final ? { ok: false, failure: failure('INTEGRITY', 'not in order') } : undefined,
      };
      alice.type('exit 7\n');
      await over(alice);
      await until(() => rig.asked.some(({ call }) => call === 'session.ended'));
      expect(rig.asked.findLast(({ call }) => call === 'session.ended')?.args).toEqual({
        sessionId: alice.sessionId,
        ending: { kind: 'exited', status: 7, signal: null },
        activities: { commands: 1, transfers: 0 },
      });
    });

    test('a recorder that cannot go on ends the session, and says so', async () => {
      const alice = await rig.open();
      await alice.sees('target$ ');
      const filler = join(rig.spool, 'filler');
      spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=64k']);
      alice.type('seq 1 100000\n');
      expect((await alice.hears('ended', 5000)).ending).toMatchObject({ kind: 'recorder-failed' });
      await over(alice);
      expect(alice.text()).toContain('The recorder failed');
      rmSync(filler);
    });

    test('a vault that is away costs a running session nothing, and hears of its end when it is back', async () => {
      const alice = await rig.open();
      await alice.sees('target$ ');
      let away = true;
      rig.answer = {
        'session.ended': () =>
          away ? { ok: false, failure: failure('VAULT_UNAVAILABLE', 'away') } : undefined,
        'session.head': () =>
          away ? { ok: false, failure: failure('VAULT_UNAVAILABLE', 'away') } : undefined,
      };
      alice.type('echo still $((40+2)); exit 7\n');
      expect((await alice.hears('ended')).ending).toMatchObject({ kind: 'exited', status: 7 });
      expect(alice.text()).toContain('still 42');
      const told = (): number => rig.asked.filter(({ args }) => args['ended'] !== undefined).length;
      await until(() => told() > 1);
      const before = told();
      away = false;
      await until(() => told() > before);
      expect(ending()).toMatchObject({ kind: 'exited', status: 7 });
      expect(rig.asked.map(({ call }) => call)).not.toContain('session.ended');
      await alice.closed;
    });

    test('the secret is nowhere while the session runs: no argument, environment, file or readable memory', async () => {
      const alice = await rig.open();
      await alice.sees('target$ ');
      const [, box] = rig.boxes();
      expect(box).toBeDefined();
      for (const line of rig.boxes()) {
        const pid = line.trim().split(/\s+/)[0] ?? '';
        for (const file of ['cmdline', 'environ'])
          expect(readFileSync(`/proc/${pid}/${file}`, 'latin1')).not.toContain('Canary-5f1b');
      }
      for (const file of [`/proc/${rig.host.pid}/cmdline`, `/proc/${rig.host.pid}/environ`])
        expect(readFileSync(file, 'latin1')).not.toContain('Canary-5f1b');
      expect(spawnSync('grep', ['-rlas', 'Canary-5f1b', rig.run], { encoding: 'utf8' }).stdout).toBe('');
      alice.say({ type: 'end' });
      await over(alice);
    });

    test('kill -9 of the session host ends its box within a second, and its successor sweeps', async () => {
      const alice = await rig.open();
      await alice.sees('target$ ');
      expect(rig.boxes().length).toBeGreaterThan(0);
      rig.host.kill('SIGKILL');
      await until(() => rig.boxes().length === 0, 1000);
      await alice.closed;
      await rig.restart();
      expect(readdirSync(join(rig.run, 's'))).toEqual([]);
    });

    test('drain tells the person, seals the tape and leaves with 0', async () => {
      const alice = await rig.open();
      await alice.sees('target$ ');
      expect(await rig.drain()).toBe(0);
      expect((await alice.hears('ended')).ending).toEqual({ kind: 'drained' });
      expect(alice.text()).toContain('Postern is stopping');
      expect(rig.asked.findLast((one) => one.call === 'session.head')?.args['final']).toBe(true);
    });
  },
  60_000,
);
