import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { type OwnerView, startOwnerView } from '#/session/owner-view.js';
import type { PortalLink } from '#/session/portal-link.js';
import { learnCharsets } from '#/session/screen/charsets.js';
import { createModel, type Model } from '#/session/screen/model.js';
import { difference } from '#/session/screen/same-screen.js';
import type { Screen } from '#/session/screen/screens.js';

const charsets = learnCharsets();
const SIZE = { columns: 40, rows: 10 };
const COVER = {
  texts: ['Message from tom: stop that', 'Press Enter to take the message away.'],
  still: false,
};
const models: Model[] = [];
afterEach(() => {
  for (const model of models.splice(0)) model.close();
});

function rig() {
  const session = createModel(SIZE, charsets);
  const owner = createModel(SIZE, charsets);
  models.push(session, owner);
  const screen: Screen = {
    write: (piece) => session.write(piece),
    resize: (size) => session.resize(size),
    snapshot: () =>
      new Promise((give) => session.snapshot((shot) => give({ ...shot, held: Buffer.from(shot.held) }))),
    typed: () => undefined,
    flush: () => Promise.resolve(),
    lag: 0,
    caughtUp: () => Promise.resolve(),
    close: () => undefined,
  };
  const sent: Buffer[] = [];
  const state = { room: true };
  const link = {
    send: () => undefined,
    data(piece: Uint8Array) {
      sent.push(Buffer.from(piece));
      owner.write(piece);
      return state.room;
    },
  } as unknown as PortalLink;
  const holds: boolean[] = [];
  const view = startOwnerView({ screen, size: () => SIZE, now: Date.now, hold: (held) => holds.push(held) });
  view.welcome(link);
  const says = (piece: Buffer): void => {
    view.give(piece);
    screen.write(piece);
  };
  return { session, owner, view, says, sent, state, holds, link };
}

const settled = async (model: Model) =>
  await new Promise<string>((give) =>
    model.snapshot(() => {
      const buffer = model.terminal.buffer.active;
      give(
        Array.from(
          { length: SIZE.rows },
          (_, row) => buffer.getLine(buffer.baseY + row)?.translateToString(true) ?? '',
        ).join('\n'),
      );
    }),
  );
async function shows(model: Model, text: string): Promise<string> {
  for (const end = Date.now() + 3000; ; await new Promise((go) => setTimeout(go, 5))) {
    const seen = await settled(model);
    if (seen.includes(text)) return seen;
    if (Date.now() > end) throw new Error(`never saw ${text} in\n${seen}`);
  }
}
async function exact(session: Model, owner: Model): Promise<void> {
  let found: string | null = 'not looked at';
  for (const end = Date.now() + 3000; found !== null && Date.now() < end; ) {
    await settled(session);
    await settled(owner);
    found = difference(session.terminal, owner.terminal);
    if (found !== null) await new Promise((go) => setTimeout(go, 5));
  }
  expect(found).toBeNull();
}

const full = Buffer.from(
  '\x1b[?1049h\x1b[2J\x1b[3;8r\x1b[?6h\x1b[?1h\x1b=\x1b[?2004h\x1b[1;31mred 漢字\x1b7\x1b[5;5H\x1b[4m~\x1b[7;40Hx\x1b[',
);

test('lines over a full-screen program, and then its exact screen: modes, margins, saved cursor, half a sequence', async () => {
  const { session, owner, view, says, link, sent } = rig();
  says(full);
  view.cover(COVER);
  const seen = await shows(owner, 'Press Enter');
  expect(seen).toContain('red 漢字');
  expect(seen.split('\n').at(-2)?.trimEnd()).toBe('Message from tom: stop that');
  // the session goes on below
  says(Buffer.from('2;2Hmore'));
  await shows(owner, 'more');
  const before = sent.length;
  view.cover(null);
  await exact(session, owner);
  says(Buffer.from('after\x1b[?1049l'));
  await exact(session, owner);
  expect(sent.length).toBeGreaterThan(before);
  view.detach();
  await view.attach(link);
  await exact(session, owner);
});

test('who works in the lowest rows sees what he types: the lines are in the highest then', async () => {
  const { session, owner, view, says } = rig();
  says(Buffer.from('\x1b[10;1H$ typed'));
  view.cover(COVER);
  const seen = (await shows(owner, 'Press Enter')).split('\n');
  expect(seen[0]?.trimEnd()).toBe('Message from tom: stop that');
  expect(seen.at(-1)).toBe('$ typed');
  view.cover(null);
  await exact(session, owner);
});

test('whatever is printed before, during and after, wherever it is cut: the screen is the session’s in the end', async () => {
  const piece = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.constantFrom(
      '\x1b[',
      '2J',
      '\x1b[?1049h',
      '\x1b[?1049l',
      '\x1b7',
      '\x1b8',
      '\r\n',
      '\x1b[3;5r',
      '\x1b]0;t',
      '\x07',
      '漢',
      '\x1b[31m',
      '\x1b(0',
      'qqq',
      '\x1b[5;39H',
      '\x1b[?6h',
    ),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(piece, fc.constantFrom('say', 'cover', 'uncover')), { maxLength: 25 }),
      async (steps) => {
        const { session, owner, view, says } = rig();
        for (const [text, what] of steps) {
          if (what === 'cover') view.cover(COVER);
          if (what === 'uncover') view.cover(null);
          says(Buffer.from(text));
          if (what !== 'say') await settled(owner);
        }
        view.cover(COVER);
        await settled(owner);
        view.cover(null);
        says(Buffer.from('\x1b\\end'));
        await exact(session, owner);
      },
    ),
    { numRuns: 60 },
  );
});

test('a picture that stands still shows nothing of what is printed; afterwards everything is there', async () => {
  const { session, owner, view, says, sent } = rig();
  says(Buffer.from('before\r\n'));
  view.cover({ ...COVER, still: true });
  await shows(owner, 'Press Enter');
  const pictures = sent.length;
  for (let n = 0; n < 20; n += 1) {
    says(Buffer.from(`secret ${n}\r\n`));
    await settled(session);
  }
  await new Promise((go) => setTimeout(go, 250));
  expect(sent.length).toBe(pictures);
  view.cover(null);
  await exact(session, owner);
});

test('an owner who takes nothing is not painted for, and the session is not held up by him', async () => {
  const { owner, view, says, sent, state, holds } = rig();
  view.cover(COVER);
  await shows(owner, 'Press Enter');
  state.room = false;
  says(Buffer.from('QQ'));
  await shows(owner, 'QQ');
  const pictures = sent.length;
  holds.length = 0;
  for (let n = 0; n < 50; n += 1) says(Buffer.from(`${n}\r\n`));
  await new Promise((go) => setTimeout(go, 250));
  expect(sent.length).toBe(pictures);
  expect(holds).not.toContain(true);
  state.room = true;
  view.drained();
  // the last rows are covered
  await shows(owner, '47');
});

test('who comes back while something is laid over the screen sees both', async () => {
  const { owner, view, says, link }: ReturnType<typeof rig> & { readonly view: OwnerView } = rig();
  says(Buffer.from('work'));
  view.detach();
  view.cover(COVER);
  await view.attach(link);
  expect(await shows(owner, 'Press Enter')).toContain('work');
});
