import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Postern, startPostern } from '../helpers/postern.ts';
import { startTarget, type Target } from '../helpers/target.ts';
import { measureChannels } from './channel-measures.ts';
import { type Driver, drive, median, pause } from './driver.ts';
import { bulkRate, echoTime, type Figures, shellAnswers } from './measures.ts';
import { MEASURES, type Measure } from './note-measure.ts';
import { type Peer, startPeers } from './peers.ts';
import { idleMenuCost, liveSessionCost, menuOfThousands } from './portal-measures.ts';
import { watching } from './watch-measures.ts';

// Measures the budgets of the architecture against OpenSSH in the same run: npm run bench [-- --runs N --keys N --mb N]
const option = (name: string, otherwise: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
};
const runs = option('runs', 5);
const keys = option('keys', 200);
const megabytes = option('mb', 20);

const folder = mkdtempSync(join(tmpdir(), 'postern-bench-'));
const identity = join(folder, 'id');
execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', identity]);
const target: Target = await startTarget();
target.addUser('bench', 'bench-password-of-the-account', readFileSync(`${identity}.pub`, 'utf8'));
const peers = await startPeers(target, 'bench', identity);
const postern = await startPostern({ whole: true });
try {
  await prepareBench(postern);
  const results = new Map<string, Figures[]>();
  const enters: number[] = [];
  // --runs 0: what needs no peer to be held against; with --channels only what runs without a terminal
  for (let run = 0; run < runs; run += 1) {
    for (const peer of peers.list) add(results, peer.name, await measurePeer(peer));
    const { figures, enter } = await measurePostern();
    add(results, 'Postern', figures);
    enters.push(enter);
    process.stderr.write(`run ${run + 1} of ${runs} done\n`);
  }
  if (runs > 0) report(results, enters);
  if (!process.argv.includes('--channels')) {
    await reportWatching();
    await reportPortal();
    reportMeasures();
  }
  await reportChannels();
} finally {
  await postern.remove();
  peers.stop();
  await target.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function prepareBench(to: Postern): Promise<void> {
  await to.json(['user', 'add', 'bench', '--password-stdin'], 'the bench person 12');
  await to.json(['user', 'key', 'add', 'bench', '--file', `${identity}.pub`]);
  await to.json(['safe', 'add', 'Bench']);
  await to.json(['safe', 'member', 'add', 'Bench', 'bench', '--preset', 'ConnectOnly']);
  await to.json([
    'account',
    'add',
    '--safe',
    'Bench',
    '--address',
    '127.0.0.1',
    '--port',
    String(target.port),
    '--user',
    'bench',
    '--key-file',
    identity,
    '--host-key',
    target.hostKey,
  ]);
}

async function measurePeer(peer: Peer): Promise<Figures> {
  const begun = performance.now();
  const driver = drive('ssh', peer.args);
  const setup = (await shellAnswers(driver)) - begun;
  const figures = await measureShell(driver, setup);
  await driver.close();
  return figures;
}

async function measureShell(driver: Driver, setup: number): Promise<Figures> {
  await pause(200);
  const echo = await echoTime(driver, keys);
  const bulk = await bulkRate(driver, megabytes);
  return { setup, echo, bulk };
}

function posternArgs(person = 'bench'): readonly string[] {
  return [
    '-F',
    'none',
    '-tt',
    '-i',
    identity,
    '-o',
    'IdentitiesOnly=yes',
    '-o',
    'StrictHostKeyChecking=no',
    '-o',
    'UserKnownHostsFile=/dev/null',
    '-o',
    'LogLevel=ERROR',
    '-p',
    String(postern.port),
    `${person}@127.0.0.1`,
  ];
}

/** End to end: ssh, the menu, Enter, the target's shell. `enter`: from Enter only. */
async function measurePostern(): Promise<{ readonly figures: Figures; readonly enter: number }> {
  const begun = performance.now();
  const driver = drive('ssh', posternArgs());
  await driver.wait('bench@127.0.0.1');
  const entered = performance.now();
  driver.write('\r');
  await driver.wait('Your session is being recorded.');
  const answered = await shellAnswers(driver);
  const figures = await measureShell(driver, answered - begun);
  // a client that just goes away leaves its session to be taken up again
  driver.write('exit\r');
  await driver.wait('exit status');
  await driver.close();
  return { enter: answered - entered, figures };
}

function add(results: Map<string, Figures[]>, name: string, figures: Figures): void {
  results.set(name, [...(results.get(name) ?? []), figures]);
}

function report(results: ReadonlyMap<string, readonly Figures[]>, enters: readonly number[]): void {
  const middle = (name: string, figure: keyof Figures): number =>
    median((results.get(name) ?? []).map((one) => one[figure]));
  print(['path', 'set-up ms', 'echo p50 ms', 'bulk MB/s']);
  for (const name of results.keys())
    print([
      name,
      middle(name, 'setup').toFixed(0),
      middle(name, 'echo').toFixed(2),
      middle(name, 'bulk').toFixed(1),
    ]);
  process.stdout.write('\n');
  print(['budget', 'ratio', 'bar', '']);
  const direct = middle('direct ssh', 'setup');
  bar(
    'keystroke echo / ForceCommand + script(1)',
    middle('Postern', 'echo') / middle('ForceCommand ssh + script(1)', 'echo'),
    1,
    'most',
  );
  bar(
    'bulk / ForceCommand without recording',
    middle('Postern', 'bulk') / middle('ForceCommand ssh', 'bulk'),
    1,
    'least',
  );
  bar('Enter to prompt / direct set-up', median(enters) / direct, 1.3, 'most');
  bar('end to end / direct set-up', middle('Postern', 'setup') / direct, 1.6, 'most');
}

async function reportChannels(): Promise<void> {
  const figures = await measureChannels(
    {
      target,
      user: 'bench',
      identity,
      posternPort: postern.port,
      size: {
        execs: option('execs', 100),
        atOnce: 20,
        megabytes: option('scp-mb', 500),
        files: option('scp-files', 2000),
        hosts: 20,
      },
    },
    (line) => void process.stderr.write(`${line}\n`),
  );
  print(['without a terminal, through Postern / ProxyJump', 'ratio of ms', 'bar', '']);
  for (const { what, jump, postern: ours, bar: limit } of figures) bar(what, ours / jump, limit, 'most');
}

async function reportPortal(): Promise<void> {
  const idle = await idleMenuCost(postern, posternArgs());
  bar('idle menu, MB a person', idle, 1, 'most');
  const live = await liveSessionCost(postern, posternArgs());
  bar('live session, MB of ours each', live, 6, 'most');
  const menu = await menuOfThousands(postern, posternArgs());
  bar('5,000 accounts: first paint ms', menu.firstPaint, 100, 'most');
  bar('5,000 accounts: search keystroke ms', menu.keystroke, 30, 'most');
}

/** What is set up as the tests do it, in a Vitest of its own: the library, search, seeking. */
function reportMeasures(): void {
  const file = join(folder, 'measures');
  const words = ['vitest', 'run', '--project', 'measures', '--reporter', 'dot'];
  execFileSync('npx', words, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, [MEASURES]: file },
  });
  for (const line of readFileSync(file, 'utf8').trim().split('\n')) {
    const { what, value, bar: limit } = JSON.parse(line) as Measure;
    bar(what, value, limit, 'most');
  }
}

async function reportWatching(): Promise<void> {
  const people = ['viewer1', 'viewer2'];
  for (const one of people) {
    await postern.json(['user', 'add', one, '--password-stdin', '--group', 'Auditors'], 'a viewer of it 12');
    await postern.json(['user', 'key', 'add', one, '--file', `${identity}.pub`]);
  }
  const found = await watching(
    posternArgs(),
    people.map((one) => posternArgs(one)),
    keys,
  );
  bar('monitor attach: exact screen, ms', found.attach, 200, 'most');
  print(['echo p50 alone, and with 20 viewers, ms', found.alone.toFixed(2), found.watched.toFixed(2)]);
  bar('echo with 20 viewers / alone', found.watched / found.alone, 1.5, 'most');
}

function bar(what: string, value: number, limit: number, kind: 'most' | 'least'): void {
  const met = kind === 'most' ? value <= limit : value >= limit;
  print([what, value.toFixed(2), `${kind === 'most' ? '<=' : '>='} ${limit}`, met ? 'met' : 'NOT MET']);
}

function print(cells: readonly string[]): void {
  process.stdout.write(
    `${cells.map((cell, at) => (at === 0 ? cell.padEnd(44) : cell.padStart(12))).join(' ')}\n`,
  );
}
