import headless from '@xterm/headless';
import { describe, expect, test } from 'vitest';
import { guard } from '#/terminal/guards.js';
import { coreOf } from '#/terminal/internals.js';
import { steadyTerminal } from '#/terminal/steady-terminal.js';
import { ownTime } from '../helpers/own-time.ts';

const bottomRight = '\x1b[99;99H';

function guarded(scrollback: number): {
  readonly write: (text: string) => void;
  readonly rows: () => string[];
} {
  const terminal = new headless.Terminal({
    cols: 6,
    rows: 3,
    scrollback,
    allowProposedApi: true,
    logLevel: 'off',
  });
  guard(terminal);
  return {
    write: (text) => coreOf(terminal).writeSync(text),
    rows: () =>
      [0, 1, 2].map(
        (row) =>
          terminal.buffer.active.getLine(terminal.buffer.active.baseY + row)?.translateToString(true) ?? '',
      ),
  };
}

describe('a stream that wants to stop who models it', () => {
  test.each(['L', 'M', 'S', 'T', 'I', 'Z', 'b'])('two thousand million times %s take no time', (final) => {
    const { write } = guarded(0);
    const began = ownTime();
    write(`ab\r\ncd\x1b[2147483647${final}`);
    write(`x\x1b[2147483647${final}`);
    expect(ownTime() - began).toBeLessThan(2000);
  });

  test('repeating more often than there is room for ends in the right column', () => {
    const { write, rows } = guarded(0);
    write('x\x1b[605b');
    // 1 + 605 of them, in rows of six
    expect(rows()).toEqual(['xxxxxx', 'xxxxxx', 'xxxxxx']);
    write('\ry');
    expect(rows()[2]).toBe('yxxxxx');
  });

  test.each([
    ['erasing up to the last cell', '\x1b[1J', ['', '', '']],
    ['the same behind it', 'z\x1b[1J', ['', '', '']],
    ['but for what is protected', '\x1b[?1J', ['ab', '', '']],
  ])('%s erases that', (_what, erase, rows) => {
    for (const scrollback of [0, 100]) {
      const screen = guarded(scrollback);
      screen.write(`\x1b[1"qab\x1b[0"q\r\ncd\r\nef${bottomRight}`);
      screen.write(erase);
      expect(screen.rows()).toEqual(rows);
    }
  });

  test('nor in the alternate screen of a terminal that has become smaller', () => {
    const steady = steadyTerminal({ columns: 20, rows: 10 });
    steady.resize({ columns: 20, rows: 5 });
    coreOf(steady.terminal).writeSync(`\x1b[?1049hhello${bottomRight}\x1b[1J`);
    expect(steady.terminal.buffer.active.getLine(0)?.translateToString(true)).toBe('');
  });
});
