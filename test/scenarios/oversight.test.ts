import { spawnSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { eventually, type Postern, startPostern } from '../helpers/postern.ts';
import { type Screen, ssh } from '../helpers/ssh-screen.ts';
import { startTarget, type Target } from '../helpers/target.ts';
import { addPerson, connectTo, keyOf, login, PROMPT, prepare, SAFE } from '../helpers/walk.ts';

let target: Target;
let postern: Postern;
const keys: Record<string, string> = {};

beforeAll(async () => {
  target = await startTarget();
  postern = await startPostern({
    config: {
      liveGroups: {
        control: ['Takers'],
        suspend: ['PSMLiveSessionTerminators'],
        terminate: ['PSMLiveSessionTerminators'],
      },
    },
  });
  await prepare(postern, target);
  await postern.json(['group', 'add', 'Takers']);
  await addPerson(postern, 'tom', [
    '--group',
    'Auditors',
    '--group',
    'Takers',
    '--group',
    'PSMLiveSessionTerminators',
  ]);
  for (const person of ['alice', 'tom']) keys[person] = await keyOf(postern, person);
}, 90_000);
afterEach(async () => {
  // what a test that failed left running
  for (const { id } of await postern.json<Row[]>(['sessions', 'list']))
    await postern.cli(['sessions', 'terminate', id, '--reason', 'left over']);
});
afterAll(async () => {
  await postern?.remove();
  await target?.stop();
});

interface Row {
  readonly id: string;
  readonly suspendedBy: string | null;
  readonly controlledBy: string | null;
  readonly lastKeyAt: string | null;
  readonly recordedBytes: number | null;
}
const enter = (person: string, columns = 80, rows = 24) =>
  login(postern, person, { identity: keys[person] ?? '', columns, rows });
const running = async (): Promise<Row> => {
  const [row] = await postern.json<Row[]>(['sessions', 'list']);
  if (row === undefined) throw new Error('no session runs');
  return row;
};

async function watch(person: string): Promise<Screen> {
  const screen = await enter(person);
  screen.press('tab');
  await screen.sees('[Recordings]');
  screen.press('tab');
  await screen.sees('[Live]');
  await screen.sees(/(running|suspended) +alice/);
  screen.press('enter');
  await screen.sees('LIVE');
  return screen;
}

test('in vim: a message, a suspension, a take-over, and each time the screen is exactly as vim has it; then the end, with its reason', {
  timeout: 120_000,
}, async () => {
  const alice = await enter('alice', 100, 30);
  await connectTo(alice, 'admin60');
  alice.type(
    "F=/tmp/postern-oversight-$$; seq 1 60 >$F; LC_ALL=C.UTF-8 vim -u NONE -N -c 'set number showmode laststatus=2' $F; rm $F\r",
  );
  await alice.sees(/^ +1 1/m);
  alice.type('ithe first line 管理者\r');
  await alice.sees('the first line 管理者');
  const { id } = await running();
  await eventually('the list to know of keys and bytes', async () => {
    const row = await running();
    return row.lastKeyAt !== null && (row.recordedBytes ?? 0) > 1000;
  });
  const before = await alice.sees('-- INSERT --');

  // a message, from the console
  await postern.json(['sessions', 'message', id, 'please leave vim']);
  const covered = await alice.sees('Message from root@console: please leave vim');
  expect(covered).toContain('the first line 管理者');
  alice.type('not for vim');
  await new Promise((resolve) => setTimeout(resolve, 900));
  alice.press('enter');
  await alice.seesNot('please leave vim');
  expect(await alice.sees('-- INSERT --')).toBe(before);
  alice.type('typed on');
  await alice.sees('typed on');

  // suspended with its output
  await postern.json(['sessions', 'suspend', id, '--reason', 'a look at it', '--output']);
  await alice.sees('Suspended by root@console: a look at it.');
  alice.type('nothing of this');
  const tom = await watch('tom');
  await tom.sees('suspended by root@console');
  await tom.sees('typed on');
  expect(tom.text()).not.toContain('nothing of this');

  // taken over, though it is suspended
  tom.press('ctrl-k');
  await tom.sees('you have the keyboard');
  await eventually('the list to say who types', async () => (await running()).controlledBy === 'tom');
  tom.type(' and by tom');
  await tom.sees('typed on and by tom');
  expect(alice.text()).not.toContain('and by tom');
  await postern.json(['sessions', 'resume', id]);
  // output is shown again, and who types
  const seen = await alice.sees('typed on and by tom');
  expect(seen).toContain('tom has the keyboard: what you type does not reach the session.');
  alice.type('nor this');
  tom.type('!');
  await tom.sees('and by tom!');
  await alice.sees('and by tom!');
  tom.press('ctrl-]');
  await tom.sees('view only');
  await alice.seesNot('has the keyboard');
  await alice.sees(/postern-oversight.*\n.*-- INSERT --/);
  alice.type('?');
  await tom.sees('typed on and by tom!?');
  // his window is smaller: he sees a part of the same
  const [his, hers] = [tom.text(), await alice.sees('typed on and by tom!?')];
  for (const line of his.split('\n').slice(1, 8)) expect(hers).toContain(line.trimEnd().slice(0, 60));
  expect(hers).not.toMatch(/nothing of this|nor this|not for vim/);

  // a right that is taken away while he types
  tom.press('ctrl-k');
  await tom.sees('you have the keyboard');
  await alice.sees('tom has the keyboard');
  const taken = Date.now();
  await postern.json(['group', 'member', 'remove', 'Takers', 'tom']);
  await alice.seesNot('has the keyboard', 5);
  expect(Date.now() - taken).toBeLessThan(2500);
  await tom.sees('the right to it was taken away');
  tom.type('x');

  tom.press('ctrl-e');
  await tom.sees('End the session of alice');
  tom.type('go home').press('enter');
  await alice.sees('session terminated by tom: go home');
  await tom.sees('session terminated by tom: go home');
  tom.press('escape');
  await tom.sees('[Live]');
  for (const screen of [alice, tom]) {
    screen.press('ctrl-q');
    await screen.exited;
  }
  const codes = (
    await postern.json<{ code: number; actor: string }[]>(['audit', 'list', '--limit', '300'])
  ).filter(({ code }) => code >= 940 && code <= 944);
  expect(codes.map(({ code, actor }) => `${code} ${actor}`).toSorted()).toEqual([
    '940 root@console',
    '941 root@console',
    '942 root@console',
    '943 tom',
    '943 tom',
    '944 tom',
    '944 tom',
  ]);
  const cast = await eventually('the recording', async () => {
    const shown = await postern.cli(['recordings', 'export', id, '--format', 'v3', '--output', '-']);
    return shown.status === 0 ? shown.stdout : null;
  });
  for (const mark of [
    'message from root@console: please leave vim',
    'suspended by root@console: a look at it',
    'resumed by root@console',
    'tom takes over the keyboard',
    'tom hands back the keyboard',
  ])
    expect(cast).toContain(mark);
  expect(cast).not.toContain('Press Enter to take the message away');
});

test('a suspended session stays suspended when its owner loses it and takes it up again', {
  timeout: 60_000,
}, async () => {
  const alice = await enter('alice');
  await connectTo(alice, 'admin60');
  const { id } = await running();
  await postern.json(['sessions', 'suspend', id, '--reason', 'x']);
  await alice.sees('Suspended by root@console: x.');
  alice.type('echo no$((1+1))\r');
  alice.kill();
  const again = ssh(postern.port, 'alice', { identity: keys['alice'] ?? '' });
  await again.sees('Welcome back');
  again.press('enter');
  await again.sees('Suspended by root@console: x.');
  await postern.json(['sessions', 'resume', id]);
  await again.seesNot('Suspended by');
  again.type('echo yes$((1+1))\r');
  await again.sees('yes2');
  expect(again.text()).not.toContain('no2');
  expect(again.text()).toContain(PROMPT);
  again.type('exit\r');
  await again.sees('[Live]');
  again.press('ctrl-q');
  await again.exited;
});

test('four eyes: waits for a second person before the target hears anything, freezes when he leaves, goes on when he is back, and ends alone', {
  timeout: 120_000,
}, async () => {
  await postern.json(['safe', 'set', SAFE, 'fourEyes', 'yes']);
  await postern.json(['safe', 'set', SAFE, 'fourEyesGraceSeconds', '6']);
  const accepted = () => target.log().split('Accepted').length;
  const before = accepted();
  const alice = await enter('alice');
  alice.type('admin60');
  await alice.sees('admin60');
  alice.press('enter');
  await alice.sees('This account takes four eyes');
  alice.type('echo early\r');
  const tom = await enter('tom');
  tom.press('tab');
  await tom.sees('[Recordings]');
  tom.press('tab');
  await tom.sees(/waiting +alice/);
  expect(accepted()).toBe(before);
  tom.press('enter');
  await alice.sees('tom now watches this session.');
  for (const screen of [alice, tom]) await screen.sees(PROMPT.trimEnd());
  expect(alice.text()).not.toContain('early');
  alice.type('echo one$((1+1))\r');
  await alice.sees('one2');

  // the last one leaves
  tom.press('escape');
  const left = Date.now();
  await alice.sees('Frozen: nobody watches any more');
  expect(Date.now() - left).toBeLessThan(1000);
  alice.type('echo two$((1+1))\r');
  await tom.sees(/frozen +alice/);
  tom.press('enter');
  await tom.sees('LIVE');
  await alice.seesNot('Frozen');
  alice.type('echo three$((1+1))\r');
  await alice.sees('three2');
  expect(alice.text()).not.toContain('two2');

  tom.kill();
  await alice.sees('Frozen: nobody watches any more');
  await alice.sees('terminated by the rule of four eyes');
  alice.press('ctrl-q');
  await alice.exited;

  // what has no terminal cannot be watched
  const plain = spawnSync('ssh', [
    ...['-F', 'none', '-T', '-p', String(postern.port), '-i', keys['alice'] ?? ''],
    ...[
      'IdentitiesOnly=yes',
      'BatchMode=yes',
      'StrictHostKeyChecking=no',
      'UserKnownHostsFile=/dev/null',
    ].flatMap((one) => ['-o', one]),
    ...['-l', `alice@admin60@127.0.0.1#${target.port}`, '127.0.0.1', 'id'],
  ]);
  expect(plain.stderr.toString()).toContain('what has no terminal cannot be watched');
  expect(plain.status).toBe(255);

  // nobody comes: the owner gives up
  const again = await enter('alice');
  again.type('admin60');
  await again.sees('admin60');
  again.press('enter');
  await again.sees('This account takes four eyes');
  again.press('ctrl-c');
  await again.sees('[Accounts]');
  again.press('ctrl-q');
  await again.exited;
  await postern.json(['safe', 'unset', SAFE, 'fourEyes']);
  const rows = (
    await postern.json<{ code: number; detail: string }[]>(['audit', 'list', '--limit', '300'])
  ).filter(({ code }) => code === 945);
  expect(rows.map(({ detail }) => detail)).toEqual(
    expect.arrayContaining([
      'waits for somebody to watch',
      'somebody watches',
      'frozen: nobody watches any more',
    ]),
  );
});
