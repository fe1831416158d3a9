import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import headless from '@xterm/headless';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { fileBytes } from '#/cli/input.js';
import { escapeControls, isPlainText, tableLines } from '#/cli/output.js';

const folder = mkdtempSync(join(tmpdir(), 'cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('JSON for a terminal means the same, and steers nothing', () => {
  const strings = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(strings, (text) => {
      const line = escapeControls(JSON.stringify({ text }));
      expect(JSON.parse(line)).toEqual({ text });
      expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
    { examples: [['\u009b2J\u202e\u{e0001}\x1b[2J']] },
  );
});

test.each([
  ['a password', 'correct horse ✓', true],
  ['a key', '-----BEGIN\nabc\r\n-----END\n', true],
  ['an escape sequence', 'x\x1b]52;c;ZXZpbA==\x07', false],
  ['a C1 control', 'x\u009b2J', false],
  ['a bidi override', 'x\u202ey', false],
  ['bytes that are no text', Buffer.of(0x9b, 0x32), false],
])('%s may go to a terminal as it is: %o %s', (_what, secret, plain) => {
  expect(isPlainText(Buffer.from(secret as string))).toBe(plain);
});

test('a file is read whole, up to its limit; a device without an end is refused', () => {
  const path = join(folder, 'file');
  writeFileSync(path, 'x'.repeat(100_000));
  expect(fileBytes(path)).toMatchObject({ ok: true, value: { length: 100_000 } });
  expect(fileBytes(path, 99_999)).toMatchObject({ ok: false, failure: { code: 'BAD_INPUT' } });
  expect(fileBytes('/dev/zero')).toMatchObject({ ok: false, failure: { code: 'BAD_INPUT' } });
  expect(fileBytes(join(folder, 'none'))).toMatchObject({ ok: false, failure: { code: 'BAD_INPUT' } });
});

test('the columns of a table stand below each other on a terminal, whatever is in them', async () => {
  const names = ['web1', '日本語の安全', 'Zu\u0308rich', '한국', 'ｗｉｄｅ', 'e\u0301\u0323e'];
  const lines = tableLines(names, { Safe: (name) => name, Members: () => '|' });
  const terminal = new headless.Terminal({ cols: 80, rows: 24, allowProposedApi: true });
  await new Promise<void>((done) => terminal.write(lines.join('\r\n'), done));
  const columns = names.map((_, row) => {
    const line = terminal.buffer.active.getLine(row + 1);
    return Array.from({ length: 80 }, (_cell, at) => line?.getCell(at)?.getChars()).indexOf('|');
  });
  expect(columns).toEqual(names.map(() => 14));
});
