import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, type Postern, startPostern } from '../helpers/postern.ts';
import type { Screen } from '../helpers/ssh-screen.ts';
import { startTarget, type Target } from '../helpers/target.ts';
import { addPerson, connectTo, keyOf, login, PROMPT, prepare } from '../helpers/walk.ts';

let target: Target;
let postern: Postern;
let account: string;
const keys: Record<string, string> = {};

beforeAll(async () => {
  target = await startTarget();
  postern = await startPostern();
  account = (await prepare(postern, target)).accountId;
  await addPerson(postern, 'audrey', ['--group', 'Auditors']);
  await addPerson(postern, 'carol', ['--group', 'Auditors']);
  for (const person of ['alice', 'audrey', 'carol']) keys[person] = await keyOf(postern, person);
}, 90_000);
afterAll(async () => {
  await postern?.remove();
  await target?.stop();
});

const enter = (person: string, columns = 80, rows = 24) =>
  login(postern, person, { identity: keys[person] ?? '', columns, rows });

/** Megabytes of the processes that a viewer goes through. */
function memory(): number {
  const pids = [...postern.pids('monitor'), ...postern.pids('portal'), ...postern.pids('session')];
  const kilobytes = pids.map((pid) =>
    Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0),
  );
  return kilobytes.reduce((sum, one) => sum + one, 0) / 1024;
}

/** From the accounts to the picture of the only session that runs. */
async function watch(person: string, columns = 80, rows = 24): Promise<Screen> {
  const screen = await enter(person, columns, rows);
  screen.press('tab');
  await screen.sees('[Recordings]');
  screen.press('tab');
  await screen.sees('[Live]');
  await screen.sees(/running +alice/);
  screen.press('enter');
  await screen.sees('LIVE');
  await screen.sees('view only');
  return screen;
}

const audit = async (code: number) =>
  (
    await postern.json<{ code: number; actor: string; detail: string }[]>(['audit', 'list', '--limit', '200'])
  ).filter((row) => row.code === code);

test('an auditor sees the screen as it is, and what comes; nothing that he types gets there; his going is not noticed', {
  timeout: 120_000,
}, async () => {
  const alice = await enter('alice', 200, 50);
  await connectTo(alice, 'admin60');
  // a full-screen program: the alternate screen, colours, wide characters, a cursor somewhere
  alice.type(
    "stty -echo; printf '\\033[?1049h\\033[2J\\033[10;20H\\033[1;31mred\\033[0m 管理者 caf\\303\\251\\033[3;4H'; IFS= read -r line\r",
  );
  await alice.sees('管理者');
  const audrey = await watch('audrey', 200, 50);
  const shown = await audrey.sees('管理者 café');
  expect(shown.split('\n')[1 + 9]).toMatch(/^ {19}red 管理者 café/);
  expect(shown).toContain('200x50');
  expect(shown).not.toContain(PROMPT);
  const carol = await watch('carol');
  await eventually('the list to name both', async () => {
    const rows = await postern.json<{ watchers: string[] }[]>(['sessions', 'list']);
    return rows[0]?.watchers.join() === 'audrey,carol';
  });

  // a hostile or curious viewer: keys, an answer of his terminal, a paste
  audrey.type('rm -rf x\r\x1b[c\x1b[200~paste\x1b[201~');
  carol.press('up').press('up').press('up').press('home');
  // some of it scrolled her own window: back to where the cursor is
  audrey.press('home');
  alice.type('still mine\r');
  alice.type('printf \'\\033[?1049l\'; stty echo; echo "got <$line>"\r');
  await alice.output('got <still mine>');
  await audrey.sees('got <still mine>');
  await carol.sees('got <still mine>');

  // one of them takes nothing more: nobody waits for her, nothing piles up, and she is skipped forward
  const before = memory();
  process.kill(carol.pid, 'SIGSTOP');
  alice.type('seq 1 300000\r');
  await alice.sees(/\n300000\n/, 60);
  await audrey.sees(/\n300000\b/, 60);
  expect(memory() - before).toBeLessThan(150);
  process.kill(carol.pid, 'SIGCONT');
  await carol.sees(/\n300000\b/, 10);

  carol.kill();
  audrey.press('escape');
  await audrey.sees('[Live]');
  alice.type('echo not noticed\r');
  await alice.output('\nnot noticed');
  await eventually('both endings in the audit', async () => (await audit(906)).length === 2);
  expect((await audit(905)).map(({ actor }) => actor).toSorted()).toEqual(['audrey', 'carol']);

  audrey.press('enter');
  // the list has it as the last command, too
  await audrey.sees('view only');
  await audrey.sees('not noticed');
  alice.type('exit\r');
  await audrey.sees('session ended, exit status 0');
  expect(audrey.text()).toContain('not noticed');
  audrey.press('escape');
  await audrey.sees('[Live]');
  await alice.sees('[Accounts]');
  for (const screen of [alice, audrey]) {
    screen.press('ctrl-q');
    await screen.exited;
  }
});

test('a session that runs is opened from its start and followed into the present, and is a recording like any other at its end', {
  timeout: 150_000,
}, async () => {
  await postern.json(['account', 'set', account, 'tellWhenWatched', 'yes']);
  const alice = await enter('alice');
  await connectTo(alice, 'admin60');
  alice.type(
    "printf '\\033[2J\\033[5;10Hthe beginning'; echo; sleep 2; clear; echo $((6*7)) is the answer\r",
  );
  await alice.sees('42 is the answer');
  const audrey = await enter('audrey');
  audrey.press('tab');
  await audrey.sees(/running/);
  audrey.press('tab');
  await audrey.sees(/running +alice/);
  audrey.press('ctrl-p');
  await audrey.sees('the beginning', 20);
  expect(audrey.text(), 'the past').not.toContain('the answer');
  await alice.sees('audrey now watches this session.');
  await eventually('the list to name her', async () => {
    const rows = await postern.json<{ watchers: string[] }[]>(['sessions', 'list']);
    return rows[0]?.watchers.join() === 'audrey';
  });
  audrey.press('end');
  await audrey.sees('following');
  await audrey.sees('42 is the answer');
  // what comes, exactly as it is there
  alice.type("clear; printf '\\033[7;20H\\033[1;31mred\\033[0m 管理者 caf\\303\\251\\033[9;1H'\r");
  await alice.sees('管理者');
  const shown = await audrey.sees('管理者 café', 10);
  expect(shown.split('\n')[1 + 6]).toMatch(/^ {19}red 管理者 café/);

  // the recorder and the monitor die: both are there again, and so is the picture
  for (const role of ['recorder', 'monitor'] as const) process.kill(postern.pids(role)[0] ?? 0, 'SIGKILL');
  await audrey.sees('Trying again by itself', 10);
  alice.type('clear; echo still $((40+1)) here\r');
  await alice.sees('still 41 here');
  await audrey.sees('still 41 here', 20);
  await audrey.sees('following');

  // from the command line: what is there so far
  const [session] = await postern.json<{ id: string }[]>(['sessions', 'list']);
  const id = session?.id ?? '';
  expect(await postern.json(['recordings', 'verify', id])).toMatchObject([{ id, kind: 'running' }]);
  const text = await postern.cli(['recordings', 'export', id, '--format', 'txt', '--output', '-']);
  expect(text.stdout).toContain('still 41 here');
  await eventually('it to be found', async () => {
    const found = await postern.json<{ hits: { recordingId: string }[] }>(['search', '42 is the answer']);
    return found.hits.some(({ recordingId }) => recordingId === id);
  });

  audrey.press('home');
  await audrey.sees('the beginning', 10);
  audrey.press('end');
  alice.type('exit\r');
  await alice.sees('[Accounts]');
  await audrey.sees(/^(?![\s\S]*(following|running))[\s\S]*■/m, 20);
  audrey.type('p');
  await audrey.sees('‖');
  expect(await postern.json(['recordings', 'verify', id])).toMatchObject([{ id, kind: 'intact' }]);
  await eventually('the end of it in the audit', async () =>
    (await audit(906)).some(({ detail }) => detail.includes('in its recording for')),
  );
  await postern.cli(['account', 'unset', account, 'tellWhenWatched']);
  audrey.press('escape');
  await audrey.sees('[Live]');
  for (const screen of [alice, audrey]) {
    screen.press('ctrl-q');
    await screen.exited;
  }
});

test('a right that is taken away ends the watching, and the session goes on; who has none sees no session', {
  timeout: 90_000,
}, async () => {
  const alice = await enter('alice');
  await connectTo(alice, 'admin60');
  const audrey = await watch('audrey');
  await audrey.sees(PROMPT);
  await postern.json(['group', 'member', 'remove', 'Auditors', 'audrey']);
  await audrey.sees('the right to it was taken away');
  alice.type('echo $((40+2))\r');
  await alice.output('42');
  await eventually('nobody to watch', async () => {
    const rows = await postern.json<{ watchers: string[] }[]>(['sessions', 'list']);
    return rows[0]?.watchers.length === 0;
  });
  expect(audrey.text()).not.toContain('42');
  audrey.press('escape');
  await audrey.sees('No session is running that you may see');
  alice.type('exit\r');
  await alice.sees('[Accounts]');
  for (const screen of [alice, audrey]) {
    screen.press('ctrl-q');
    await screen.exited;
  }
});
