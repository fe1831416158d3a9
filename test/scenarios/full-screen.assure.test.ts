import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Postern, startPostern } from '../helpers/postern.ts';
import type { Screen } from '../helpers/ssh-screen.ts';
import { startTarget, type Target } from '../helpers/target.ts';
import { addPerson, connectTo, keyOf, login, PROMPT, prepare } from '../helpers/walk.ts';

let target: Target;
let postern: Postern;
let alice: Screen;
let audrey: Screen;
const OWNER = { columns: 100, rows: 30 };

beforeAll(async () => {
  target = await startTarget();
  postern = await startPostern();
  await prepare(postern, target);
  await addPerson(postern, 'audrey', ['--group', 'Auditors']);
  alice = await login(postern, 'alice', { identity: await keyOf(postern, 'alice'), ...OWNER });
  await connectTo(alice, 'admin60');
  alice.type('export LC_ALL=C.UTF-8; cd; clear\r');
  const identity = await keyOf(postern, 'audrey');
  // larger than the session: its edges are drawn around it
  audrey = await login(postern, 'audrey', { identity, columns: 120, rows: 40 });
  audrey.press('tab');
  await audrey.sees('[Recordings]');
  audrey.press('tab');
  await audrey.sees(/running +alice/);
}, 120_000);
afterAll(async () => {
  for (const screen of [alice, audrey]) screen?.kill();
  await postern?.remove();
  await target?.stop();
});

/** What is in each cell, and how it looks; a cell of the cursor is turned round for who watches, and left out. */
function picture(of: Screen, top: number, cursor: { readonly row: number; readonly column: number }) {
  return of
    .cells()
    .slice(top, top + OWNER.rows)
    .map((line, row) =>
      line
        .slice(0, OWNER.columns)
        .map((cell, column) => (row === cursor.row && column === cursor.column ? '' : cell)),
    );
}

async function same(): Promise<void> {
  const differing = (): readonly string[] => {
    const cursor = alice.cursor();
    const [hers, seen] = [picture(alice, 0, cursor), picture(audrey, 1, cursor)];
    return hers.flatMap((line, row) =>
      line.flatMap((cell, column) =>
        cell === seen[row]?.[column] ? [] : [`${row},${column}: ${cell} is ${seen[row]?.[column]}`],
      ),
    );
  };
  let found = differing();
  for (const end = Date.now() + 20_000; found.length > 0 && Date.now() < end; found = differing())
    await new Promise((resolve) => setTimeout(resolve, 100));
  expect(found.slice(0, 5), `${alice.text()}\n---\n${audrey.text()}`).toEqual([]);
}

test.each<[string, string, string | RegExp, string, string]>([
  // they draw themselves anew each ten seconds: time enough to compare
  ['htop', 'htop -d 100', /PID.*USER/, '\x1b[B\x1b[B', 'q'],
  ['top', 'top -d 10', /PID USER/, '\x1b[B', 'q'],
  ['less', "seq -f 'line %g of a text' 1 500 >text; less -N text", 'line 1 of', 'G', 'q'],
  ['mc', 'MC_TMPDIR=~ mc -u', '10Quit', '\t\x1bOB', '\x1b[21~'],
  ['tmux', 'tmux -f /dev/null -L full-screen new', '[0]', '\x02%', '\x02&y'],
  ['nano', 'nano -l text', 'GNU nano', '管理者 new \x1b[B', '\x18n'],
])(
  'who joins %s late sees what its owner sees, and what comes',
  { timeout: 120_000 },
  async (name, command, words, keys, leave) => {
    await alice.sees(PROMPT);
    alice.type(`${command}\r`);
    await alice.sees(words, 30);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    audrey.press('enter');
    await audrey.sees('LIVE');
    await same();
    alice.type(keys);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await same();
    alice.type(leave);
    await alice.sees(PROMPT);
    await same();
    alice.type(`clear; echo left ${name}\r`);
    await audrey.sees(`left ${name}\n`.trim());
    audrey.press('escape');
    await audrey.sees('[Live]');
  },
);
