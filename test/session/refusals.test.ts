import { describe, expect, test } from 'vitest';
import { watchRefusals } from '#/session/refusals.js';
import { saidLines } from '#/session/said-lines.js';

const FAILED = 'debug2: channels.c:channel_input_open_failure():3560 (pid=7): channel 3: ';

describe('why a target does not connect', () => {
  test('is what the client said, on one line, before or after its answer', async () => {
    const refusals = watchRefusals();
    const hear = saidLines(refusals);
    await refusals.during(Promise.resolve());
    const taken = refusals.take();
    for (const byte of `${FAILED}open failed: connect failed: \u001b[31mno\u202e way\n`)
      hear(Buffer.from(byte));
    expect(await taken).toBe('connect failed: ·[31mno· way');
    await refusals.during(Promise.resolve().then(() => hear(Buffer.from(`${FAILED}open failed: other\r\n`))));
    expect(await refusals.take()).toBe('other');
  });

  test('is not told when it was not said, or may be of another', async () => {
    const refusals = watchRefusals();
    const hear = saidLines(refusals);
    await refusals.during(Promise.resolve());
    hear(Buffer.from(`${'x'.repeat(100_000)}\nchannel 1: something else\n`));
    expect(await refusals.take()).toBeNull();
    const hold = Promise.withResolvers<void>();
    const first = refusals.during(hold.promise);
    await refusals.during(Promise.resolve());
    hear(Buffer.from(`${FAILED}open failed: whose?\n`));
    expect(await refusals.take()).toBeNull();
    hold.resolve();
    await first;
    await refusals.during(Promise.resolve());
    hear(Buffer.from(`${FAILED}open failed: mine\n`));
    expect(await refusals.take()).toBe('mine');
  });
});
