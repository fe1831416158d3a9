import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ESCAPE, ESCAPE_OPTION, escapedInput, terminalClient } from '#/session/escaped-input.js';
import { startPty } from '#/session/pty.js';
import { startTarget, type Target } from '../helpers/target.ts';

/** Everything that begins or ends an order, and little else. */
const TRICKY = [ESCAPE, 0x0d, 0x0a, ...Buffer.from('.BC#?&RVv\x1a~a'), 0x00, 0xff];
const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 8 }), { maxLength: 12 });
const tricky = fc.array(
  fc.array(fc.constantFrom(...TRICKY), { minLength: 1, maxLength: 8 }).map((bytes) => Uint8Array.from(bytes)),
  { maxLength: 40 },
);

describe.runIf(process.getuid?.() === 0)("what OpenSSH's client makes of what is typed", () => {
  let target: Target;
  const user = `ptesc${process.pid}`;
  beforeAll(async () => {
    target = await startTarget();
    const key = join(target.folder, 'client');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    target.addUser(user, 'unused-1', readFileSync(`${key}.pub`, 'utf8'));
  }, 60_000);
  afterAll(() => target.stop());

  /** Types the pieces to a real client; gives what the target read. */
  async function carried(pieces: readonly Uint8Array[]): Promise<Buffer> {
    const wanted = Buffer.concat(pieces).length;
    const seen: Buffer[] = [];
    const ready = Promise.withResolvers<void>();
    const all = Promise.withResolvers<void>();
    const input = escapedInput();
    let begun = false;
    const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR'];
    const pty = startPty({
      file: '/usr/bin/ssh',
      args: [
        ...['-F', 'none', '-tt', '-p', String(target.port), '-l', user, '-i', join(target.folder, 'client')],
        ...[...options, `EscapeChar=${ESCAPE_OPTION}`].flatMap((one) => ['-o', one]),
        '127.0.0.1',
        'stty raw -echo; printf ready; exec cat',
      ],
      env: ['PATH=/usr/bin:/bin', 'TERM=xterm', 'HOME=/nonexistent'],
      size: { columns: 80, rows: 24 },
      onData(bytes) {
        if (begun) seen.push(input.printed(bytes));
        else if (bytes.includes('ready')) ready.resolve();
        if (Buffer.concat(seen).length >= wanted) all.resolve();
      },
      onExit: () => all.resolve(),
    });
    await ready.promise;
    begun = true;
    const client = terminalClient(pty, input);
    for (const piece of pieces) {
      client.write(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (wanted > 0) await Promise.race([all.promise, new Promise((resolve) => setTimeout(resolve, 5000))]);
    pty.destroy();
    return Buffer.concat(seen);
  }

  test('is what was typed, byte for byte, in whatever pieces', async () => {
    await fc.assert(
      fc.asyncProperty(tricky, async (pieces) => {
        expect((await carried(pieces)).toString('hex')).toBe(Buffer.concat(pieces).toString('hex'));
      }),
      { numRuns: 8, seed: 4, examples: [[[Uint8Array.from([ESCAPE]), Uint8Array.from([0x2e])]]] },
    );
  });

  test('so in one long session', async () => {
    const pieces = fc.sample(tricky, { numRuns: 60, seed: 9 }).flat();
    expect((await carried(pieces)).equals(Buffer.concat(pieces))).toBe(true);
  });
});

test('bytes without an escape character are handed on as they are', () => {
  const input = escapedInput();
  fc.assert(
    fc.property(chunks, (pieces) => {
      for (const piece of pieces.filter((one) => !one.includes(ESCAPE)))
        expect(input.typed(piece)).toBe(piece);
    }),
  );
});

test('a BREAK is possible where a line begins, and as often as one likes', () => {
  const input = escapedInput();
  expect(input.sendBreak()).not.toBeNull();
  input.typed(Buffer.from('reload'));
  expect(input.sendBreak()).toBeNull();
  input.typed(Buffer.from('\r'));
  expect([input.sendBreak(), input.sendBreak()]).not.toContain(null);
  input.typed(Buffer.alloc(0));
  expect(input.sendBreak()).not.toBeNull();
});

test("the client's word on a BREAK is taken out, wherever it is cut; nothing else is", () => {
  fc.assert(
    fc.property(tricky, fc.nat({ max: 40 }), fc.integer({ min: 1, max: 7 }), (pieces, at, size) => {
      const text = Buffer.concat(pieces.map((piece) => piece.map((byte) => (byte === ESCAPE ? 0x61 : byte))));
      const cut = Math.min(at, text.length);
      const printed = Buffer.concat([
        text.subarray(0, cut),
        Buffer.from([ESCAPE, 0x42, 13, 10]),
        text.subarray(cut),
      ]);
      const input = escapedInput();
      input.sendBreak();
      const shown: Buffer[] = [];
      for (let from = 0; from < printed.length; from += size)
        shown.push(input.printed(printed.subarray(from, from + size)));
      expect(Buffer.concat(shown).toString('hex')).toBe(text.toString('hex'));
      // what the target prints later stays
      expect(input.printed(printed)).toBe(printed);
    }),
  );
});
