import { expect, test } from 'vitest';
import type { FromWatchedHost } from '#/contract/watch-link.js';
import type { Screen, Snapshot } from '#/session/screen/screens.js';
import type { WatchLink } from '#/session/watch-link.js';
import { createWatchers } from '#/session/watchers.js';

const SIZE = { columns: 80, rows: 24 };
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A screen that is everything written to it; snapshots are given when the test says so. */
function rig() {
  let written = '';
  const asked: (() => void)[] = [];
  const screen: Pick<Screen, 'write' | 'snapshot'> = {
    write: (bytes) => void (written += bytes.toString()),
    snapshot: () => {
      const shot: Snapshot = { ...SIZE, screen: `<${written}>`, held: Buffer.alloc(0), row: 0, exact: true };
      return new Promise((give) => asked.push(() => give(shot)));
    },
  };
  let clock = 0;
  const state = { typing: false };
  const watchers = createWatchers({
    screen: screen as Screen,
    size: () => SIZE,
    now: () => clock,
    typing: () => state.typing,
  });
  const print = (text: string): void => {
    screen.write(Buffer.from(text));
    watchers.take(Buffer.from(text));
  };
  return {
    watchers,
    state,
    print,
    /** Printed, and handed on. */
    say: (text: string) => {
      print(text);
      watchers.flush();
    },
    drawn: async () => {
      asked.splice(0).forEach((give) => give());
      await turn();
    },
    later: (ms: number) => void (clock += ms),
    asked,
  };
}

function viewer() {
  const heard: string[] = [];
  const state = { room: true, drain: (): void => undefined, gone: (): void => undefined };
  const link: WatchLink = {
    send: (message: FromWatchedHost) =>
      void heard.push(message.type === 'resize' ? `resize ${message.columns}` : message.type),
    data: (bytes) => {
      heard.push(Buffer.from(bytes).toString());
      return state.room;
    },
    onDrain: (listener) => void (state.drain = listener),
    onGone: (listener) => void (state.gone = listener),
    pause: () => undefined,
    resume: () => undefined,
    close: () => undefined,
    gone: false,
  };
  return { link, heard, state };
}

test('a viewer gets the screen so far, then exactly what comes after it, sizes in their place', async () => {
  const { watchers, say, drawn } = rig();
  say('before');
  const one = viewer();
  watchers.add(one.link, 'audrey');
  say(' meanwhile');
  watchers.resize({ columns: 100, rows: 30 });
  say(' after');
  expect(one.heard).toEqual([]);
  await drawn();
  expect(one.heard).toEqual(['screen', '<before>', ' meanwhile', 'resize 100', ' after']);
  say(' live');
  expect(one.heard.at(-1)).toBe(' live');
});

test('many pieces are one for those who watch; a size, and a viewer who comes meanwhile, are in their place among them', async () => {
  const { watchers, print, drawn, state } = rig();
  const one = viewer();
  watchers.add(one.link, 'audrey');
  await drawn();
  for (const text of ['a', 'b', 'c']) print(text);
  expect(one.heard).toEqual(['screen', '<>']);
  await new Promise((go) => setTimeout(go, 60));
  expect(one.heard.slice(2)).toEqual(['abc']);
  print('d');
  watchers.resize({ columns: 100, rows: 30 });
  print('e');
  const two = viewer();
  watchers.add(two.link, 'carol');
  print('f');
  await drawn();
  print('g');
  state.typing = true;
  print('h');
  expect(one.heard.slice(3)).toEqual(['d', 'resize 100', 'ef', 'gh']);
  expect(two.heard).toEqual(['screen', '<abcde>', 'f', 'gh']);
});

test('one who falls behind is skipped forward: no byte is kept for him, and he gets the screen anew', async () => {
  const { watchers, say, drawn, later, asked } = rig();
  const one = viewer();
  watchers.add(one.link, 'audrey');
  await drawn();
  one.state.room = false;
  say('x');
  for (let i = 0; i < 1000; i += 1) say('y'.repeat(10_000));
  expect(one.heard).toEqual(['screen', '<>', 'x']);
  one.state.room = true;
  later(1000);
  one.state.drain();
  expect(asked).toHaveLength(1);
  await drawn();
  expect(one.heard.slice(3, 4)).toEqual(['screen']);
  expect(one.heard[4]).toHaveLength(10_000_003);
  say(' live');
  expect(one.heard.slice(5)).toEqual([' live']);
});

test('twenty who are behind cost the model one screen; who comes new does not wait for them', async () => {
  const { watchers, say, drawn, later, asked } = rig();
  const many = Array.from({ length: 20 }, () => viewer());
  for (const one of many) watchers.add(one.link, 'audrey');
  await drawn();
  for (const one of many) one.state.room = false;
  say('x');
  later(1000);
  for (const one of many) one.state.room = true;
  many[0]?.state.drain();
  expect(asked).toHaveLength(1);
  for (const one of many.slice(1)) one.state.drain();
  expect(asked).toHaveLength(1);
  const late = viewer();
  watchers.add(late.link, 'carol');
  expect(asked).toHaveLength(2);
  await drawn();
  expect(late.heard).toEqual(['screen', '<x>']);
  await new Promise((go) => setTimeout(go, 550));
  // all the others, together
  expect(asked).toHaveLength(1);
  await drawn();
  say(' live');
  for (const one of many) expect(one.heard.slice(3)).toEqual(['screen', '<x>', ' live']);
});

test('a flood while the screen is drawn is not kept either', async () => {
  const { watchers, say, drawn } = rig();
  const one = viewer();
  watchers.add(one.link, 'audrey');
  for (let i = 0; i < 200; i += 1) say('y'.repeat(10_000));
  await drawn();
  expect(one.heard).toEqual(['screen', '<>']);
});

test('who is gone is forgotten, also while his screen is drawn', async () => {
  const { watchers, say, drawn } = rig();
  const one = viewer();
  watchers.add(one.link, 'audrey');
  expect(watchers.count).toBe(1);
  one.state.gone();
  expect(watchers.count).toBe(0);
  await drawn();
  say('x');
  expect(one.heard).toEqual([]);
});
