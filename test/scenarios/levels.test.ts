import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Postern, startPostern } from '../helpers/postern.ts';
import { startTarget, type Target } from '../helpers/target.ts';
import { connectTo, login, prepare } from '../helpers/walk.ts';

let target: Target;
const started: Postern[] = [];
beforeAll(async () => {
  target = await startTarget();
});
afterAll(async () => {
  for (const postern of started) await postern.remove();
  await target?.stop();
});

/** A host on which bubblewrap starts nothing, as in a container without CAP_SYS_ADMIN. */
const WITHOUT_BOX = [
  'unshare',
  '--mount',
  'sh',
  '-c',
  'mount --bind /bin/false /usr/bin/bwrap && exec "$@"',
  'sh',
];
const NOBODY = 65_534;
const AS_NOBODY = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];

/** Refused first, with the line to write; then, with that line written, a session that says its level. */
async function climbDown(postern: Postern, level: number, user: string): Promise<void> {
  started.push(postern);
  await prepare(postern, target, { user });
  expect(postern.output()).toContain(`ISOLATION ${level} IS BELOW THE MINIMUM OF 3`);
  const refused = await login(postern);
  refused.type(user).press('enter');
  await refused.sees(`level ${level} is reached, 3 is required`);
  expect(target.log()).not.toContain(`Accepted password for ${user}`);
  refused.kill();

  const file = join(postern.home, 'config.json');
  const before = await readConfig(file);
  writeFileSync(file, JSON.stringify({ ...before, minimumIsolation: level }));
  await postern.restart();
  const screen = await login(postern);
  await connectTo(screen, user);
  const live = await postern.json<{ isolation: number }[]>(['sessions', 'list']);
  expect(live.map(({ isolation }) => isolation)).toEqual([level]);
  screen.kill();
}

async function readConfig(file: string): Promise<object> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as object;
  } catch {
    return {};
  }
}

test('without bubblewrap: level 2, refused until it is accepted by name', { timeout: 120_000 }, async () => {
  const postern = await startPostern({ wrap: WITHOUT_BOX });
  await climbDown(postern, 2, 'level2');
  await postern.stop();
});

test('without root: level 0, said loudly, refused until it is accepted by name', {
  timeout: 120_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-nobody-'));
  const home = join(folder, 'home');
  mkdirSync(home);
  for (const path of [folder, home]) chownSync(path, NOBODY, NOBODY);
  const postern = await startPostern({
    wrap: AS_NOBODY,
    home,
    env: { POSTERN_RECORDINGS: join(folder, 'recordings'), HOME: folder },
  });
  expect(postern.output()).toContain('NOT ROOT');
  await climbDown(postern, 0, 'level0');
  await postern.stop();
  rmSync(folder, { recursive: true, force: true });
});
