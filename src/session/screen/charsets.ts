import headless from '@xterm/headless';
import { type Charset, coreOf } from '#/terminal/internals.js';

/** The terminal's character sets, by the final letter that designates them. */
export type CharsetNames = ReadonlyMap<Charset, string>;

const LETTERS = '0A4C5RQKYE6ZH7=';

/** Asks a terminal: its tables are not exported, but are always the same objects. */
export function learnCharsets(): CharsetNames {
  const terminal = new headless.Terminal({ cols: 2, rows: 1, allowProposedApi: true, logLevel: 'off' });
  const core = coreOf(terminal);
  const names = new Map<Charset, string>();
  for (const letter of LETTERS) {
    core.writeSync(`\x1b(${letter}`);
    const table = core._charsetService._charsets[0];
    if (table !== undefined && !names.has(table)) names.set(table, letter);
  }
  terminal.dispose();
  return names;
}

/** B: ASCII, for everything unknown too. */
export function charsetName(names: CharsetNames, charset: Charset | undefined): string {
  return (charset === undefined ? undefined : names.get(charset)) ?? 'B';
}
