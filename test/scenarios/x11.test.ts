/** Windows of the target on the person's display (ssh -X, -Y): only where policy says so, each recorded, and her cookie stays hers. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { canaryHits } from '../helpers/canary.ts';
import { memoryHolds } from '../helpers/memory.ts';
import { eventually } from '../helpers/postern.ts';
import { startPryingTarget } from '../helpers/prying-target.ts';
import { PROMPT } from '../helpers/walk.ts';
import { type Display, startDisplay } from '../helpers/x11-display.ts';
import { openX11Way, type X11Way } from '../helpers/x11-way.ts';

let way: X11Way;
let display: Display;
const folder = mkdtempSync(join(tmpdir(), 'postern-display-'));
beforeAll(async () => {
  display = await startDisplay(folder);
  way = await openX11Way(display.env);
}, 90_000);
afterAll(async () => {
  await way?.remove();
  display?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Clients that end with their test, whatever comes of it: the next one is about the only session that there is. */
const clients: ssh2.Client[] = [];
afterEach(async () => {
  if (clients.length === 0) return;
  for (const client of clients.splice(0)) client.destroy();
  await eventually('their sessions to end', async () => {
    const left = await way.postern.json<unknown[]>(['sessions', 'list']);
    return left.length === 0;
  });
});

const sessionNow = () =>
  eventually('a session', async () => {
    const [one] = await way.postern.json<{ id: string; state: string }[]>(['sessions', 'list']);
    return one?.id;
  });

test('off by default: the session runs without it, says so, and the audit has it', async () => {
  const ran = way.start('echo "[$DISPLAY]"; exit 3', ['-Y']);
  expect(await ran.status).toBe(3);
  expect(ran.said.out).toBe('[]\n');
  expect(ran.said.err).toContain('Your display is not forwarded: x11Forwarding is off for this account.');
  const rows = await way.postern.json<{ stage: number; detail: string }[]>([
    'audit',
    'list',
    '--limit',
    '30',
  ]);
  expect(rows.find(({ stage, detail }) => stage === 0 && detail.includes('x11'))?.detail).toContain(
    'x11 not forwarded: x11Forwarding is no',
  );
  expect(display.came).toEqual([]);
});

describe('where it is allowed', () => {
  beforeAll(() => way.set('x11Forwarding', 'yes'));

  test('without a terminal: four sessions of one connection at once, each with its own windows', async () => {
    const control = ['-o', `ControlPath=${join(way.folder, 'control')}`];
    const master = way.start('echo up; sleep 100', ['-Y', '-M', ...control]);
    await eventually('the master', () => master.said.out === 'up\n');
    const before = display.came.length;
    const four = [1, 2, 3, 4].map((n) => way.start(way.says(`words-${n}`), ['-Y', ...control]));
    expect(await Promise.all(four.map(({ status }) => status))).toEqual([0, 0, 0, 0]);
    expect(four.map(({ said }) => said.out)).toEqual([1, 2, 3, 4].map((n) => `in\nWORDS-${n}\n`));
    // put in by her own client in the place of what it had given to us
    expect(display.came.slice(before)).toEqual(Array(4).fill(`MIT-MAGIC-COOKIE-1 ${display.cookie}`));
    const without = way.start('echo "[$DISPLAY]"', ['-x', ...control]);
    await without.status;
    expect(without.said.out).toBe('[]\n');
    master.child.kill();
    await master.status;
  });

  test('each connection is in the recording with its bytes; one with a wrong cookie comes nowhere', async () => {
    const before = display.came.length;
    const wrong = `COOKIE=${'00'.repeat(16)} ${way.says('never')}`;
    const ran = way.start(`${way.says('counted')}; ${wrong}; echo over`, ['-Y']);
    await ran.status;
    expect(ran.said.out).toBe('in\nCOUNTED\nover\n');
    expect(display.came).toHaveLength(before + 1);
    expect((await way.uses()).toSorted()).toEqual([
      expect.stringMatching(/: to the display, 0 bytes from the target, 0 bytes to it, it was not let in at/),
      expect.stringMatching(
        /: to the display, 56 bytes from the target, 11 bytes to it, (ok|the session ended)$/,
      ),
    ]);
  });

  test('a window outlives the command that opened it, as with ssh alone', async () => {
    const shown = `exec >~/shown 2>&1; LINES_WANTED=3 ${way.says('stays')}`;
    const ran = way.start(`(${shown}) & until grep -q STAYS ~/shown; do sleep 0.1; done; exit 4`, ['-Y']);
    const home = join(way.target.folder, 'home/admin60');
    const text = () => (existsSync(join(home, 'shown')) ? readFileSync(join(home, 'shown'), 'utf8') : '');
    await eventually('the window', () => text() === 'in\nSTAYS\n');
    // long enough for a session to end whose command is over
    await way.start('true').status;
    await way.start('true').status;
    expect(ran.child.exitCode).toBeNull();
    display.say(Buffer.from('third line\n'));
    expect(await ran.status).toBe(4);
    expect(text()).toBe('in\nSTAYS\nthird line\n');
    expect(display.open()).toBe(0);
  });

  test('what opens the display is known to the portal alone', async () => {
    const cookie = 'c0ffee11c0ffee22c0ffee33c0ffee44';
    const client = new ssh2.Client();
    clients.push(client);
    const came = Promise.withResolvers<string>();
    client.on('x11', (_info, accept) => {
      const channel = accept();
      let heard = Buffer.alloc(0);
      channel.on('data', (bytes: Buffer) => {
        heard = Buffer.concat([heard, bytes]);
        if (heard.length < 48) return;
        came.resolve(heard.toString('hex', 32, 48));
        channel.end('in\nand out\n');
      });
    });
    await new Promise((ready, fail) =>
      client
        .on('ready', () => ready(null))
        .on('error', fail)
        .connect({
          host: '127.0.0.1',
          port: way.postern.port,
          username: way.to,
          privateKey: readFileSync(way.identity),
        }),
    );
    client.exec(`${way.says('hello')}; sleep 100`, { x11: { cookie, single: false } }, () => undefined);
    expect(await came.promise).toBe(cookie);
    const others = (['session', 'recorder'] as const).flatMap((role) => way.postern.pids(role));
    const boxed = way.boxed();
    expect(boxed.length).toBeGreaterThan(0);
    const holds = (pid: number): boolean =>
      memoryHolds(pid, [Buffer.from(cookie), Buffer.from(cookie, 'hex')]);
    expect(way.postern.pids('portal').map(holds)).toEqual([true]);
    expect([...others, ...boxed].filter(holds)).toEqual([]);
    expect(canaryHits(cookie, [way.postern.home, way.postern.recordings, way.target.folder])).toEqual([]);
    expect(way.postern.output()).not.toContain(cookie);
  });

  test('nothing that is done in a window arrives while the session is suspended; its end closes them all', async () => {
    const ran = way.start(`LINES_WANTED=9 ${way.says('hold')}`, ['-Y']);
    await eventually('the window', () => ran.said.out === 'in\nHOLD\n');
    const id = await sessionNow();
    await way.postern.json(['sessions', 'suspend', id, '--reason', 'a look']);
    display.say(Buffer.from('typed\n'));
    const second = way.start('true');
    await second.status;
    expect(ran.said.out).toBe('in\nHOLD\n');
    await way.postern.json(['sessions', 'resume', id]);
    await eventually('what was typed', () => ran.said.out === 'in\nHOLD\ntyped\n');
    await way.postern.json(['sessions', 'terminate', id, '--reason', 'enough']);
    await eventually('the end of the window', () => display.open() === 0);
    await ran.status;
  });

  test('on a terminal: told of it; after coming back the display of the new connection, or none', async () => {
    const first = way.terminal(['-Y']);
    await first.output(PROMPT, 30);
    await first.sees('Your display is forwarded');
    first.type(`for n in 1 2 3 4; do ${way.says('t$n')} & done; wait`).press('enter');
    for (const n of [1, 2, 3, 4]) await first.sees(`T${n}`);
    first.type(`LINES_WANTED=9 ${way.says('long')} &`).press('enter');
    await eventually('the window', () => display.open() === 1);
    first.kill();
    await first.exited;
    // it went with the connection
    await eventually('the end of the window', () => display.open() === 0);
    const detached = () =>
      eventually('the session to be detached', async () =>
        (await way.postern.json<{ state: string }[]>(['sessions', 'list'])).some(
          ({ state }) => state === 'detached',
        ),
      );
    await detached();
    const back = way.terminal(['-Y']);
    await back.sees('Begin a new session');
    back.press('enter');
    await back.sees('T4', 20);
    back.type(`clear; ${way.says('again')}`).press('enter');
    await back.sees('AGAIN');
    back.kill();
    await back.exited;
    await detached();
    const bare = way.terminal(['-x']);
    await bare.sees('Begin a new session');
    bare.press('enter');
    await bare.sees('AGAIN', 20);
    const before = display.came.length;
    bare.type(`clear; ${way.says('none')}; echo "over $?"`).press('enter');
    await bare.sees(/over \d/);
    expect(display.came).toHaveLength(before);
    bare.type('exit').press('enter');
    await bare.exited;
    expect((await way.uses()).at(-1)).toContain('the client does not take it');
  });
});

test('a target that refuses it: the person is told; one that opens windows nobody asked for opens none', async () => {
  const prying = await startPryingTarget();
  const id = await way.add(prying.port, 'anybody', prying.hostKey);
  const there = `alice%anybody%127.0.0.1#${prying.port}`;
  const before = display.came.length;
  const pry = async (option: string) => {
    const ran = way.start('pry', [option], there);
    await ran.status;
    return ran.said;
  };
  expect((await pry('-Y')).out).toBe('agent no x11 no tcp no\n');
  await way.postern.json(['account', 'set', id, 'x11Forwarding', 'yes']);
  expect((await pry('-x')).out).toBe('agent no x11 no tcp no\n');
  const asked = await pry('-Y');
  expect(asked.err).toContain('X11 forwarding request failed');
  // the client in the box opens what it asked for, and lets nothing through that does not have its cookie
  expect(asked.out).toBe('agent no x11 yes tcp no\n');
  expect(display.came).toHaveLength(before);
  prying.stop();
});
