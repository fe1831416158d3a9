import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { ToPortal } from '#/contract/session-link.js';
import { done } from '#/domain/outcome.js';
import type { Keyframe, TapeEvent } from '#/domain/tape.js';
import type { OpenTape } from '#/recorder/tape.js';
import { type Output, startOutput } from '#/session/output.js';
import type { PortalLink } from '#/session/portal-link.js';
import { learnCharsets } from '#/session/screen/charsets.js';
import { createModel, type Model } from '#/session/screen/model.js';
import { difference } from '#/session/screen/same-screen.js';
import type { Screen } from '#/session/screen/screens.js';

const charsets = learnCharsets();
const SIZE = { columns: 40, rows: 10 };
const nobody = { take: () => undefined, resize: () => undefined };

/** The session's real model, in this thread; its lag and its taking in are in the test's hands. */
function modelScreen(): {
  readonly screen: Screen;
  readonly model: Model;
  readonly state: { lag: number; wake: () => void };
} {
  const model = createModel(SIZE, charsets);
  const state = { lag: 0, wake: (): void => undefined };
  const screen: Screen = {
    write: (bytes, at) => model.write(bytes, undefined, at),
    typed: (bytes, at) => model.typed(bytes, at),
    flush: () => new Promise((flushed) => model.flush(flushed)),
    resize: (size) => model.resize(size),
    snapshot: () =>
      new Promise((give) => model.snapshot((shot) => give({ ...shot, held: Buffer.from(shot.held) }))),
    get lag() {
      return state.lag;
    },
    caughtUp: () => new Promise((resolve) => (state.wake = resolve)),
    close: () => model.close(),
  };
  return { screen, model, state };
}

function memoryTape(log: string[]): {
  readonly tape: OpenTape;
  readonly events: TapeEvent[];
  readonly frames: Keyframe[];
  readonly state: { pending: number; wake: () => void };
} {
  const events: TapeEvent[] = [];
  const frames: Keyframe[] = [];
  const state = { pending: 0, wake: (): void => undefined };
  let outputBytes = 0;
  const tape: OpenTape = {
    append(event) {
      log.push(`tape ${event.kind}`);
      if (event.kind === 'output') outputBytes += event.bytes.length;
      events.push(event);
    },
    keyframe: (frame) => void frames.push(frame),
    get pending() {
      return state.pending;
    },
    get outputBytes() {
      return outputBytes;
    },
    text: () => undefined,
    activities: { commands: 0, transfers: 0 },
    drained: () => new Promise((resolve) => (state.wake = resolve)),
    failed: new Promise(() => undefined),
    written: new Promise(() => undefined),
    close: () => Promise.resolve(done({ segments: 0, head: '', bytes: 0 })),
  };
  return { tape, events, frames, state };
}

function person(log: string[]): { readonly link: PortalLink; readonly bytes: Buffer[]; room: boolean } {
  const bytes: Buffer[] = [];
  const self: ReturnType<typeof person> = {
    bytes,
    room: true,
    link: {
      send: (message: ToPortal) => void log.push(message.type),
      data(chunk: Uint8Array) {
        log.push('portal');
        bytes.push(Buffer.from(chunk));
        return self.room;
      },
      errors: () => true,
      listen: () => undefined,
      keep: () => undefined,
      pauseInput: () => undefined,
      resumeInput: () => undefined,
      close: () => undefined,
      gone: false,
    },
  };
  return self;
}

const turn = (): Promise<void> => new Promise((next) => setImmediate(next));
const settled = (model: Model): Promise<void> => new Promise((next) => model.write(Buffer.alloc(0), next));

let log: string[];
let tape: ReturnType<typeof memoryTape>;
let screen: ReturnType<typeof modelScreen>;
let holds: boolean[];
let clock: number;
let output: Output;
beforeEach(() => {
  log = [];
  holds = [];
  clock = 1000;
  tape = memoryTape(log);
  screen = modelScreen();
  output = startOutput({
    size: () => SIZE,
    tape: tape.tape,
    screen: screen.screen,
    watchers: nobody,
    now: () => clock,
    hold: (held) => holds.push(held),
  });
});

describe('output', () => {
  test('goes to the tape first; what arrives in one turn is one piece', async () => {
    const alice = person(log);
    output.welcome(alice.link);
    output.take(Buffer.from('a'));
    output.take(Buffer.from('b'));
    expect(log).toEqual([]);
    await turn();
    expect(log).toEqual(['tape output', 'portal']);
    expect(Buffer.concat(alice.bytes).toString()).toBe('ab');
  });

  test('a portal that is behind holds the source until it has caught up or left', async () => {
    const alice = person(log);
    alice.room = false;
    output.welcome(alice.link);
    output.take(Buffer.from('a'));
    await turn();
    output.portalDrained();
    output.take(Buffer.from('b'));
    await turn();
    output.detach();
    expect(holds).toEqual([true, false, true, false]);
  });

  test('so do a slow tape and a slow model, each until it has caught up; several count once', async () => {
    tape.state.pending = 2_000_000;
    screen.state.lag = 20_000_000;
    output.take(Buffer.from('a'));
    await turn();
    expect(holds).toEqual([true]);
    tape.state.wake();
    await turn();
    expect(holds).toEqual([true]);
    screen.state.wake();
    await turn();
    expect(holds).toEqual([true, false]);
  });

  test('in a hurry only the tape is waited for', async () => {
    const alice = person(log);
    alice.room = false;
    output.welcome(alice.link);
    output.take(Buffer.from('a'));
    await turn();
    output.hurry();
    output.take(Buffer.from('b'));
    await turn();
    expect(holds).toEqual([true, false]);
    tape.state.pending = 2_000_000;
    output.take(Buffer.from('c'));
    await turn();
    expect(holds).toEqual([true, false, true]);
  });

  test("the tape's clock never goes backwards", async () => {
    output.take(Buffer.from('a'));
    clock = 3000;
    output.flush();
    clock = 500;
    output.take(Buffer.from('b'));
    output.flush();
    output.resize({ columns: 50, rows: 11 });
    await settled(screen.model);
    expect(tape.events.map((event) => event.at)).toEqual([2000, 2000, 2000]);
  });

  test('keyframes: at a resize, every 256 KiB and every 10 s; each shows exactly the output it counts', async () => {
    const all: Buffer[] = [];
    const say = (text: string | Buffer): void => {
      all.push(Buffer.from(text as string));
      output.take(Buffer.from(text as string));
      output.flush();
    };
    say(Buffer.from([0x61, 0xc3])); // a, and half a character
    output.resize({ columns: 30, rows: 8 });
    await settled(screen.model);
    await turn();
    say('x\r\n'.repeat(90_000));
    await settled(screen.model);
    await turn();
    clock += 10_000;
    say('\x1b[1;31mlate\x1b[');
    await settled(screen.model);
    await turn();
    expect(tape.frames.length).toBe(3);
    expect(tape.frames[0]?.outputBytes).toBe(1);
    for (const frame of tape.frames) {
      const [shown, replayed] = [createModel(frame, charsets), createModel(frame, charsets)];
      shown.write(Buffer.from(frame.screen));
      replayed.write(Buffer.concat(all).subarray(0, frame.outputBytes));
      await settled(shown);
      await settled(replayed);
      const text = (model: Model): string[] =>
        Array.from(
          { length: frame.rows },
          (_row, row) => model.terminal.buffer.active.getLine(row)?.translateToString(true) ?? '',
        );
      if (frame !== tape.frames[0]) expect(text(shown)).toEqual(text(replayed));
    }
  });

  test('a moment that cannot be drawn has no keyframe, but soon after there is one', async () => {
    output.resize({ columns: 30, rows: 8 });
    await settled(screen.model);
    await turn();
    expect(tape.frames.length).toBe(1);
    clock += 10_000;
    output.take(Buffer.from(`${'x'.repeat(30)}\x1b[1 @`)); // shifted out under a cursor that waits behind the edge
    output.flush();
    await settled(screen.model);
    await turn();
    expect(tape.frames.length).toBe(1);
    clock += 200;
    output.take(Buffer.from('on'));
    output.flush();
    await settled(screen.model);
    await turn();
    expect(tape.frames.length).toBe(2);
  });

  test('a storm of resizes takes one keyframe at a time, and the last one', async () => {
    for (let columns = 20; columns < 120; columns += 1) output.resize({ columns, rows: 10 });
    while (tape.frames.at(-1)?.columns !== 119) await turn();
    expect(tape.frames.length).toBeLessThan(10);
  });

  test('who attaches in the middle of everything sees what the model shows, no byte twice and none missing', async () => {
    const piece = fc.constantFrom(
      'word ',
      '\r\n',
      '\x1b[31m',
      '\x1b[2;3H',
      '日本',
      '\x1b[?1049h',
      '\x1b[?1049l',
      'é',
      '\x1b[K',
      '\x1b[0m',
      '🙂',
    );
    const leftBehind = fc.constantFrom(
      'left 漢字',
      '\x1b[7m',
      '\x1b[4h',
      '\x1b[20h',
      '\x1b[?1047h',
      '\x1b[?1047l',
      '\x1b[?6h',
      '\x1b[?7l',
      '\x1b[?45h',
      '\x1b[?1016h',
      '\x1b[2;4r',
      '\x1b[3g',
      '\x1bH',
      '\x1b[3;3H\x1b7',
      '\x1b)0\x0e',
      '\x1b+4\x1bo',
      '\x1b[5 q',
      '\x1b[?25l',
      '\x1b]8;;https://left/\x1b\\',
      '\x1b[1"q',
      '\x1b[4;58;5;9m',
      '\x1b[38',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { minLength: 1, maxLength: 60 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 0, max: 20 }),
        fc.array(leftBehind, { maxLength: 20 }),
        async (pieces, cuts, when, left) => {
          const one = modelScreen();
          const out = startOutput({
            size: () => SIZE,
            tape: memoryTape([]).tape,
            screen: one.screen,
            watchers: nobody,
            now: () => 0,
            hold: () => undefined,
          });
          const late = person([]);
          const bytes = Buffer.from(pieces.join(''));
          let attached: Promise<void> = Promise.resolve();
          for (let at = 0, i = 0; at < bytes.length; i += 1) {
            if (i === when) attached = out.attach(late.link);
            const size = cuts[i % cuts.length] ?? 1;
            out.take(bytes.subarray(at, at + size));
            at += size;
            if (i % 3 === 0) await turn();
            if (i % 5 === 0) out.flush();
          }
          out.flush();
          await attached;
          await settled(one.model);
          if (late.bytes.length === 0) return;
          const theirs = createModel(SIZE, charsets);
          theirs.write(Buffer.from(left.join('')));
          theirs.write(Buffer.concat(late.bytes));
          await settled(theirs);
          expect(difference(theirs.terminal, one.model.terminal)).toBeNull();
        },
      ),
      { numRuns: Number(process.env['SCREEN_RUNS'] ?? 150) },
    );
  });
});
