import { renameSync, rmSync } from 'node:fs';
import { open, readFile, writeFile } from 'node:fs/promises';
import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeTextLine, encodeTextLine, TEXT_KINDS, type TextLine } from '#/domain/tape-text.js';
import { bytePattern } from '#/monitor/search/pattern.js';
import { inOrder, searchText } from '#/monitor/search/search-text.js';
import { searchRig } from './search-rig.ts';

const screen = (at: number, text: string): TextLine => ({ at, kind: 'screen', text });
const find = (lines: readonly TextLine[], text: string, most = 100) =>
  searchText(Buffer.from(lines.map(encodeTextLine).join('')), bytePattern(text), most);

test('any line comes back as it was, and is found by any part of it', () => {
  const text = fc
    .string({ unit: 'grapheme', minLength: 2, maxLength: 60 })
    .filter((one) => !/[\n\p{C}]/u.test(one));
  fc.assert(
    fc.property(
      fc.nat(2 ** 32 - 1),
      fc.constantFrom(...TEXT_KINDS),
      text,
      fc.nat(),
      (at, kind, line, cut) => {
        const encoded = encodeTextLine({ at, kind, text: line });
        expect(decodeTextLine(encoded.slice(0, -1))).toEqual({ at, kind, text: line });
        const letters = [...line];
        const part = letters.slice(cut % letters.length).join('');
        expect(find([{ at, kind, text: line }], part).map((one) => one.at)).toEqual([at]);
      },
    ),
  );
});

test('case does not matter, in any alphabet; signs are signs', () => {
  const lines = [screen(1, 'Straße GRÖSSER Ünïcode'), screen(2, 'a.b*c (x|y) [z]$'), screen(3, 'axbxc')];
  expect(find(lines, 'größer').map(({ at }) => at)).toEqual([1]);
  expect(find(lines, 'grösser')).toMatchObject([{ at: 1 }]);
  expect(find(lines, 'üNÏ')).toMatchObject([{ at: 1 }]);
  expect(find(lines, 'A.B*C')).toMatchObject([{ at: 2 }]);
  expect(find(lines, '(x|y) [z]$')).toMatchObject([{ at: 2 }]);
  // not in the time or the letter before the text
  expect(find([screen(36 ** 3, 'nothing')], '1000')).toEqual([]);
  expect(find([screen(36 ** 3, 'thousand 1000')], '1000')).toMatchObject([{ line: 'thousand 1000' }]);
});

test('of a long line the part around, of hostile text nothing that does something', () => {
  const [hit] = find([screen(5, `${'x'.repeat(3000)}needle${'y'.repeat(900)}`)], 'needle');
  expect(hit?.line).toMatch(/^…x{60}needley{134}…$/);
  const [evil] = find([screen(5, 'a\u202eneedle\x1b]52;c;x\x07\u200b\x9b31m')], 'needle');
  expect(evil?.line).toBe('aneedle]52;c;x31m');
});

test('a command is told once, not also as the line of the screen that it was entered in', () => {
  const lines: TextLine[] = [
    screen(10, 'root@web1:~# rm -rf /srv'),
    { at: 12, kind: 'command', text: 'rm -rf /srv' },
    screen(13, 'root@web1:~# rm -rf /srv'),
    screen(5000, 'root@web1:~# rm -rf /srv'),
  ];
  expect(inOrder(find(lines, 'rm -rf'))).toMatchObject([
    { kind: 'command', at: 12 },
    { kind: 'screen', at: 5000 },
  ]);
});

test('finds the newest first, in text of its own and in old tapes, and says what it did', async () => {
  using rig = searchRig();
  const old = await rig.add([], {
    old: true,
    events: [
      { at: 0, kind: 'output', bytes: Buffer.from('$ ') },
      { at: 4000, kind: 'output', bytes: Buffer.from('cat notes\r\nthe needle is old\r\n$ ') },
      { at: 9000, kind: 'marker', label: 'needle marked' },
    ],
  });
  const first = await rig.add([screen(100, 'no such thing'), screen(7000, 'a NEEDLE in the first')]);
  await rig.add([screen(1, 'hay')]);
  const second = await rig.add([screen(3000, 'two needles')], {
    events: [
      {
        at: 1000,
        kind: 'activity',
        activity: { kind: 'command', how: 'prompt', text: 'grep needle x\nand more' },
      },
    ],
  });
  const { outcome, hits, last } = await rig.search('needle', { page: 2 });
  expect(outcome.ok).toBe(true);
  expect(hits.map(({ recording, at, kind, line }) => [recording.id, at, kind, line])).toEqual([
    [second.recordingId, 1000, 'command', 'grep needle x ⏎ and more'],
    [second.recordingId, 3000, 'screen', 'two needles'],
    [first.recordingId, 7000, 'screen', 'a NEEDLE in the first'],
    [old.recordingId, 4000, 'screen', 'the needle is old'],
    [old.recordingId, 9000, 'marker', 'needle marked'],
  ]);
  expect(last).toMatchObject({ recordings: 4, slow: 1, failed: 0, hits: 5, over: true, more: false });
});

test('finds what was read in sessions that run: what is recent, and what is in a segment of text, each once', async () => {
  using rig = searchRig();
  const much = Array.from({ length: 70 }, (_, line) => screen(line, `${'x'.repeat(4000)} ${line}`));
  const running = await rig.add([], {
    running: [[screen(1, 'needle one')], [screen(2, 'needle two'), ...much], [screen(9, 'needle three')]],
  });
  // one of which nothing has come yet
  const none = await rig.add([screen(1, 'needle')], { running: [[screen(2, 'needle')]] });
  rmSync(none.path);
  // and one that became a stored tape a moment ago
  const stored = await rig.add([], { running: [[screen(4, 'needle stored')]] });
  renameSync(stored.path, stored.path.replace('.running', '.tape'));
  const { hits, last } = await rig.search('needle');
  expect(hits.map(({ recording, at }) => [recording.id, at])).toEqual([
    [stored.recordingId, 4],
    [running.recordingId, 1],
    [running.recordingId, 2],
    [running.recordingId, 9],
  ]);
  expect(last).toMatchObject({ recordings: 3, slow: 0, failed: 0, over: true });
  const bytes = await readFile(running.path);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 20) ^ 1, bytes.length - 20);
  await writeFile(running.path, bytes);
  expect((await rig.search('needle three')).hits, 'what was changed is not read').toEqual([]);
});

test('stops at the most that is wanted, and when nobody listens any more', async () => {
  using rig = searchRig();
  for (let n = 0; n < 6; n += 1)
    await rig.add(Array.from({ length: 100 }, (_, line) => screen(line, `needle ${n} ${line}`)));
  const some = await rig.search('needle', { most: 120 });
  expect(some.hits).toHaveLength(120);
  expect(some.last).toMatchObject({ over: true, more: true });
  // of one recording not more than fit on some screens
  expect(new Set(some.hits.map(({ recording }) => recording.id)).size).toBe(3);
  const gone = await rig.search('needle', { stopAfter: 1, page: 1 });
  expect(gone.hits.length).toBeLessThanOrEqual(50);
  expect(gone.progress.some(({ over }) => over)).toBe(false);
});

test('what was changed, swapped or is gone is not read, is counted, and the others are found', async () => {
  using rig = searchRig();
  const flipped = await rig.add([screen(1, 'needle a')]);
  const bytes = await readFile(flipped.path);
  const places = rig.tapes[0]?.places ?? null;
  const place = places === 'growing' ? undefined : places?.[0];
  bytes[(place?.offset ?? 0) + 40] = (bytes[(place?.offset ?? 0) + 40] ?? 0) ^ 1;
  await writeFile(flipped.path, bytes);
  const one = await rig.add([screen(1, 'needle b')]);
  const two = await rig.add([screen(1, 'needle c')]);
  await writeFile(two.path, await readFile(one.path));
  const gone = await rig.add([screen(1, 'needle d')]);
  await (await open(gone.path, 'w')).close();
  await rig.add([screen(1, 'needle e')]);
  const { hits, last } = await rig.search('needle');
  expect(hits.map(({ line }) => line)).toEqual(['needle e', 'needle b']);
  expect(last).toMatchObject({ failed: 3, recordings: 5 });
});

test('text that is one line of a gigabyte, or a bomb, costs no more than a segment may', async () => {
  using rig = searchRig();
  await rig.add(Array.from({ length: 3000 }, () => screen(1, 'x'.repeat(4000))));
  const bomb = zstdCompressSync(Buffer.alloc(64 * 1024 * 1024, 'x'));
  expect(bomb.length).toBeLessThan(16 * 1024 * 1024);
  await rig.add([screen(Number.NaN, `needle${'y'.repeat(1_000_000)}`), screen(1e300, 'needle late')]);
  const { hits, last } = await rig.search('needle');
  expect(last).toMatchObject({ failed: 0, over: true });
  expect(hits.every(({ line, at }) => line.length <= 210 && Number.isSafeInteger(at))).toBe(true);
});
