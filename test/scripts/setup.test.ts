/** The parts of set-up, each run as it is run for real: as plain files in a small tree of their own. */
import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

let tree: string;
beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'postern-tree-'));
  for (const folder of ['scripts', 'bin']) cpSync(folder, join(tree, folder), { recursive: true });
  writeFileSync(join(tree, 'package.json'), '{"type":"module"}');
});
afterEach(() => rmSync(tree, { recursive: true }));

/** Runs lines of a module in the tree's scripts/setup, to its end. */
function inTree(code: string, args: readonly string[] = []) {
  const file = join(tree, `scripts/setup/${Math.random()}.mjs`);
  writeFileSync(file, code);
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { child, ended: new Promise<string>((resolve) => child.on('close', () => resolve(text))) };
}

const locked = `
  import { appendFileSync } from 'node:fs';
  import { setTimeout as sleep } from 'node:timers/promises';
  import { withLock } from './lock.mjs';
  await withLock('.stamps/lock', async () => {
    appendFileSync('LOG', 'in ');
    await sleep(Number(process.argv[2]));
    appendFileSync('LOG', 'out ');
  });`;

test('of two set-ups, one waits for the other', async () => {
  const log = join(tree, 'log');
  const code = locked.replaceAll('LOG', log);
  const outputs = await Promise.all([inTree(code, ['300']).ended, inTree(code, ['300']).ended]);
  expect(readFileSync(log, 'utf8')).toBe('in out in out ');
  expect(outputs.join('')).toContain('waiting for it');
  expect(existsSync(join(tree, '.stamps/lock'))).toBe(false);
});

test('the lock of a killed set-up is taken over', async () => {
  const log = join(tree, 'log');
  const code = locked.replaceAll('LOG', log);
  const first = inTree(code, ['60000']);
  await expect.poll(() => existsSync(log), { timeout: 10_000 }).toBe(true);
  first.child.kill('SIGKILL');
  await first.ended;
  expect(await inTree(code, ['1']).ended).toContain('an earlier set-up was killed in the middle; repairing');
  expect(readFileSync(log, 'utf8')).toBe('in in out ');
});

test('a stamp holds for what it was made from, and goes with its folder', async () => {
  mkdirSync(join(tree, 'src'));
  writeFileSync(join(tree, 'src/a.ts'), '1');
  const output = await inTree(`
    import { rmSync, writeFileSync } from 'node:fs';
    import { join } from 'node:path';
    import { root } from './run.mjs';
    import { filesIn, hashOf, isFresh, stamp } from './stamp.mjs';
    const stage = { stamp: 'made/.stamp', hash: () => hashOf({ files: filesIn('src') }), applies: () => true, made: () => true };
    const say = () => console.log(isFresh(stage));
    say(); stamp(stage, stage.hash()); say();
    writeFileSync(join(root, 'src/a.ts'), '2'); say();
    writeFileSync(join(root, 'src/a.ts'), '1'); say();
    writeFileSync(join(root, 'src/b.ts'), ''); say();
    rmSync(join(root, 'src/b.ts')); rmSync(join(root, 'made'), { recursive: true }); say();`).ended;
  expect(output.trim().split('\n')).toEqual(['false', 'true', 'false', 'true', 'false', 'false']);
});

/** The Node around us may be old: then bin/ starts itself again, and nobody outside may notice. */
const aroundUs = '/usr/bin/node';
const nodes = [process.execPath, ...(existsSync(aroundUs) ? [aroundUs] : [])];

test.each(nodes)('an executable starts through a link, from anywhere, under %s', async (node) => {
  mkdirSync(join(tree, 'node_modules/node/bin'), { recursive: true });
  mkdirSync(join(tree, 'dist/programs/processes'), { recursive: true });
  symlinkSync(process.execPath, join(tree, 'node_modules/node/bin/node'));
  const link = join(tree, 'link');
  symlinkSync(join(tree, 'bin/posternd'), link);
  const start = (...args: string[]) =>
    spawn(node, [link, ...args], { cwd: '/', env: {}, stdio: ['ignore', 'pipe', 'inherit'] });

  expect(spawnSync(node, [link], { encoding: 'utf8' })).toMatchObject({ status: 69 });
  writeFileSync(
    join(tree, 'dist/programs/processes/posternd.js'),
    `process.on('SIGTERM', () => process.exit(7));
     console.log(process.version, process.env.NODE_ENV, process.env.FORCE_COLOR, process.argv.slice(2).join());
     setTimeout(() => {}, 30_000);`,
  );
  const child = start('a', 'b');
  const ended = new Promise((resolve) => child.on('exit', resolve));
  const line = await new Promise<string>((resolve) =>
    child.stdout.on('data', (chunk: Buffer) => resolve(chunk.toString())),
  );
  expect(line).toBe(`${process.version} production 2 a,b\n`);
  child.kill('SIGTERM');
  expect(await ended).toBe(7);
});

test.each([
  ['all is well', { numPassedTests: 3 }, '0', '0', '3 passed, 0 failed', 0],
  ['a test failed', { numPassedTests: 3, numFailedTests: 2 }, '1', '0', '3 passed, 2 failed', 1],
  [
    'a file did not load',
    { numPassedTests: 3, testResults: [{ status: 'failed', assertionResults: [] }] },
    '1',
    '0',
    '3 passed, 1 failed',
    1,
  ],
  ['the runner died', { numPassedTests: 3 }, '137', '0', '3 passed, 1 failed', 1],
  ['nothing ran', {}, '0', '0', '0 passed, 1 failed', 1],
  ['checks failed', { numPassedTests: 3 }, '0', '1', '3 passed, 1 failed', 1],
] as const)('CI closes with a count when %s', (_what, report, tests, checks, line, status) => {
  const file = join(tree, 'report.json');
  writeFileSync(
    file,
    JSON.stringify({ numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, testResults: [], ...report }),
  );
  const run = spawnSync(process.execPath, [join(tree, 'scripts/ci/summary.mjs'), file, tests, checks], {
    encoding: 'utf8',
  });
  expect(run.stdout.trimEnd().split('\n').at(-1)).toBe(line);
  expect(run.status).toBe(status);
});
