import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { followLines, LONGEST_LINE } from '#/house/lines.js';

async function linesOf(parts: readonly (string | Buffer)[]): Promise<readonly string[]> {
  const stream = new PassThrough();
  const lines: string[] = [];
  followLines(stream, (line) => lines.push(line));
  for (const part of parts) stream.write(part);
  stream.end();
  await new Promise((resolve) => stream.once('close', resolve));
  return lines;
}

test.each<[string, readonly (string | Buffer)[], readonly string[]]>([
  ['whole lines', ['one\ntwo\n'], ['one', 'two']],
  ['a line in parts', ['o', 'n', 'e\r\ntw', 'o'], ['one', 'two']],
  ['empty lines', ['\n\n'], ['', '']],
  ['a character in parts', [Buffer.of(0xc3), Buffer.of(0xa4, 10)], ['ä']],
  ['nothing', [], []],
])('%s', async (_what, parts, lines) => expect(await linesOf(parts)).toEqual(lines));

test('a line without an end is cut, and what comes after it is heard', async () => {
  const megabyte = 'x'.repeat(1024 * 1024);
  const lines = await linesOf([...Array<string>(8).fill(megabyte), '\nnext\n', `${megabyte}\n`]);
  expect(lines.map((line) => line.length)).toEqual([LONGEST_LINE, 4, LONGEST_LINE]);
  expect(lines[1]).toBe('next');
});
