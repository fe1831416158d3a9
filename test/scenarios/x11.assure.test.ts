/** Real programs with windows on a real X server without a screen, with ssh -X, ssh -Y and plink -X. */
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../helpers/postern.ts';
import { freePort } from '../helpers/target.ts';
import { PROMPT } from '../helpers/walk.ts';
import { openX11Way, type X11Way } from '../helpers/x11-way.ts';

let way: X11Way;
let env: Record<string, string>;
let server: ReturnType<typeof spawn>;
const folder = mkdtempSync(join(tmpdir(), 'postern-xvfb-'));
beforeAll(async () => {
  const name = `:${await freePort()}`;
  const authority = join(folder, 'authority');
  execFileSync('xauth', ['-q', '-f', authority, 'add', name, '.', randomBytes(16).toString('hex')], {
    stdio: 'pipe',
  });
  env = { DISPLAY: name, XAUTHORITY: authority };
  // what was made for an untrusted program would be forgotten with the last program that leaves
  server = spawn(
    'Xvfb',
    [name, '-auth', authority, '-screen', '0', '400x300x24', '+extension', 'SECURITY', '-noreset'],
    {
      stdio: 'ignore',
    },
  );
  await eventually('the X server', () => here('xdpyinfo').includes('number of screens'));
  way = await openX11Way(env);
  await way.set('x11Forwarding', 'yes');
}, 120_000);
afterAll(async () => {
  await way?.remove();
  const ended = new Promise((resolve) => server?.once('exit', resolve));
  server?.kill();
  await ended;
  rmSync(folder, { recursive: true, force: true });
});

/** What a program says that runs beside the X server. */
function here(command: string, ...args: string[]): string {
  try {
    return execFileSync(command, args, { env: { ...process.env, ...env }, encoding: 'utf8', stdio: 'pipe' });
  } catch {
    return '';
  }
}
const windows = (): string => here('xwininfo', '-root', '-tree');
const named = (name: string): number => windows().split(`"${name}": (`).length - 1;

/** Debian's client trusts with -X, too, unless it is told otherwise. */
describe.each([
  ['-X', ['-X', '-o', 'ForwardX11Trusted=no']],
  ['-Y', ['-Y']],
])('ssh %s', (option, options) => {
  test('without a terminal: what a program is told of the display is what it is', async () => {
    const ran = way.start('xdpyinfo', options);
    expect(await ran.status).toBe(0);
    expect(ran.said.out).toMatch(/name of display: {4}localhost:\d+\.0/);
    expect(ran.said.out).toMatch(/dimensions: {4}400x300 pixels/);
    // a display that trusts nobody hides its extensions
    expect(ran.said.out.includes('XTEST')).toBe(option === '-Y');
    expect(await way.uses()).toEqual([
      expect.stringMatching(
        /: to the display, \d{3,} bytes from the target, \d{4,} bytes to it, ok|the session ended/,
      ),
    ]);
  });

  test('four windows at once from one shell, and gone with the session', async () => {
    const shell = way.start(null, options);
    shell.child.stdin?.write('for n in 1 2 3 4; do xclock -name clock$n & done\n');
    for (const n of [1, 2, 3, 4]) await eventually(`clock ${n}`, () => named(`clock${n}`) === 1);
    expect(new Set(picture()).size).toBeGreaterThan(1);
    const [one] = await way.postern.json<{ id: string }[]>(['sessions', 'list']);
    await way.postern.json(['sessions', 'terminate', one?.id ?? '', '--reason', 'enough']);
    await eventually('their end', () => !windows().includes('clock'));
    await shell.status;
    expect(await way.uses()).toHaveLength(4);
  });

  test('on a terminal: a window, its end, and the shell goes on', async () => {
    const screen = way.terminal(options);
    await screen.output(PROMPT, 30);
    screen.type('xclock -name on-terminal & xeyes -name beside').press('enter');
    await eventually('both', () => named('on-terminal') === 1 && named('beside') === 1);
    screen.press('ctrl-c');
    await eventually('the end of one', () => named('beside') === 0);
    expect(named('on-terminal')).toBe(1);
    screen.type('kill %1; wait; echo still "here"').press('enter');
    await screen.sees('still here');
    await eventually('the end of both', () => named('on-terminal') === 0);
    screen.type('exit').press('enter');
    await screen.exited;
  });
});

test('four sessions at once over one connection of a person', async () => {
  const control = ['-o', `ControlPath=${join(way.folder, 'control')}`];
  const master = way.start('echo up; sleep 100', ['-Y', '-M', ...control]);
  await eventually('the master', () => master.said.out === 'up\n');
  const all = [1, 2, 3, 4].map((n) => way.start(`xclock -name own${n}`, ['-Y', ...control]));
  for (const n of [1, 2, 3, 4]) await eventually(`window ${n}`, () => named(`own${n}`) === 1);
  all[0]?.child.kill();
  // ssh -O would say the same: the channel of one is closed, and nothing of the others
  await eventually('the end of the first', () => named('own1') === 0);
  expect([2, 3, 4].map((n) => named(`own${n}`))).toEqual([1, 1, 1]);
  for (const one of [...all, master]) one.child.kill();
  await eventually('the end of all', () => !windows().includes('"own'));
});

test('a lot of pictures arrives as it is: a screen drawn from the target is the screen', async () => {
  const ran = way.start(
    'xlogo -name big -geometry 400x300+0+0 & until xwininfo -name big >/dev/null 2>&1; do sleep 0.1; done; xwd -root; kill $!',
    ['-Y'],
  );
  await ran.status;
  const seen = Buffer.from(ran.said.out, 'latin1');
  // as large as the screen, with a head
  expect(seen.length).toBeGreaterThan(400 * 300 * 4);
  expect(new Set(seen.subarray(-400 * 300 * 4)).size).toBeGreaterThan(1);
});

test('plink -X', async () => {
  const key = join(folder, 'key.ppk');
  execFileSync('puttygen', [way.identity, '-O', 'private', '-o', key], { stdio: 'pipe' });
  const out = await new Promise<string>((resolve) => {
    const plink = spawn(
      'plink',
      [
        ...['-batch', '-ssh', '-X', '-P', String(way.postern.port), '-i', key],
        ...['-hostkey', way.postern.output().match(/SHA256:\S+/)?.[0] ?? '', `${way.to}@127.0.0.1`],
        ...['-no-antispoof', 'xdpyinfo'],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } },
    );
    let text = '';
    plink.stdout.on('data', (bytes: Buffer) => (text += bytes.toString()));
    plink.stderr.on('data', (bytes: Buffer) => (text += bytes.toString()));
    plink.once('close', () => resolve(text));
  });
  expect(out).toMatch(/dimensions: {4}400x300 pixels/);
});

test('where it is not allowed no window opens, and the session goes on', async () => {
  await way.set('x11Forwarding', 'no');
  const ran = way.start('xclock; echo "status $?"', ['-Y']);
  await ran.status;
  expect(ran.said.err).toContain('Your display is not forwarded');
  expect(ran.said.out).toBe('status 1\n');
  await way.set('x11Forwarding', 'yes');
});

/** The pixels of the whole screen. */
function picture(): Buffer {
  const file = join(folder, 'screen.xwd');
  execFileSync('xwd', ['-root', '-silent', '-out', file], { env: { ...process.env, ...env } });
  return readFileSync(file).subarray(-400 * 300 * 4);
}
