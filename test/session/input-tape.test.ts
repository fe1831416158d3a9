import fc from 'fast-check';
import { expect, it } from 'vitest';
import { startInputTape } from '#/session/input-tape.js';
import { ownTime } from '../helpers/own-time.ts';

function tape() {
  const recorded: Buffer[] = [];
  return { recorded, tape: startInputTape({ now: () => 0, record: (bytes) => void recorded.push(bytes) }) };
}

it.each([
  ['one endless line after an Escape', `\x1b${'x'.repeat(1 << 20)}`],
  ['one endless sequence', `\x1b[${'1;'.repeat(1 << 19)}`],
  ['nothing but Enter', '\r'.repeat(1 << 20)],
])('a paste of a megabyte holds nobody up: %s', (_, text) => {
  const { recorded, tape: input } = tape();
  const start = ownTime();
  for (let at = 0; at < text.length; at += 32_768) {
    input.typed(Buffer.from(text.slice(at, at + 32_768)));
    input.printed(Buffer.from('output\n'));
  }
  input.stop();
  expect(ownTime() - start).toBeLessThan(4000);
  expect(Buffer.concat(recorded)).toHaveLength(text.length);
});

it('records every key, in order, and no character that was not shown', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z\r]{0,3000}$/), { maxLength: 20 }), (pieces) => {
      const { recorded, tape: input } = tape();
      for (const piece of pieces) input.typed(Buffer.from(piece));
      input.stop();
      expect(Buffer.concat(recorded).toString()).toBe(pieces.join('').replace(/[a-z]/g, '*'));
    }),
    { numRuns: 50 },
  );
});
