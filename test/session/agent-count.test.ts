import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countAgentRequests } from '#/session/agent-count.js';

const message = (type: number, size: number): Buffer => {
  const bytes = Buffer.alloc(4 + size);
  bytes.writeUInt32BE(size, 0);
  bytes.writeUInt8(type, 4);
  return bytes;
};

test('requests are counted however they are cut', () => {
  const messages = fc.array(fc.tuple(fc.constantFrom(11, 13, 27), fc.integer({ min: 1, max: 300 })), {
    maxLength: 20,
  });
  fc.assert(
    fc.property(messages, fc.infiniteStream(fc.integer({ min: 1, max: 40 })), (sent, cuts) => {
      const bytes = Buffer.concat(sent.map(([type, size]) => message(type, size)));
      const count = countAgentRequests();
      for (let at = 0; at < bytes.length; ) {
        const size = cuts.next().value as number;
        count.asked(bytes.subarray(at, at + size));
        at += size;
      }
      const signs = sent.filter(([type]) => type === 13).length;
      expect(count.words()).toBe(`${sent.length} requests, ${signs} of them to sign`);
    }),
  );
});

test('what is no agent’s protocol is not read on', () => {
  const count = countAgentRequests();
  count.asked(message(11, 1));
  count.asked(Buffer.from('GET / HTTP/1.0\r\n\r\n'));
  count.asked(message(13, 40));
  expect(count.words()).toMatch(/^2 requests, 0 of them to sign, then no agent’s protocol$/);
});
