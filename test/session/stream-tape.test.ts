import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commandFile, isTransfer } from '#/session/plain-channel.js';
import { startStreamTape } from '#/session/stream-tape.js';

test('the beginning and the end are kept, and what lies between is counted, however it is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 30 }),
      fc.nat(60),
      fc.nat(60),
      (chunks, head, tail) => {
        const all = Buffer.concat(chunks);
        const kept: Buffer[] = [];
        let left = 0;
        let at = -1;
        const tape = startStreamTape({
          kept: { head, tail },
          record: (bytes) => kept.push(bytes),
          leftOut: (bytes) => {
            left = bytes;
            at = Buffer.concat(kept).length;
          },
        });
        for (const chunk of chunks) tape.take(Buffer.from(chunk));
        tape.end();
        const size = all.length;
        expect(tape.bytes).toBe(size);
        expect(left).toBe(Math.max(0, size - head - tail));
        if (left > 0) expect(at).toBe(head);
        const whole = left === 0 ? all : Buffer.concat([all.subarray(0, head), all.subarray(size - tail)]);
        expect(Buffer.concat(kept).equals(whole)).toBe(true);
      },
    ),
  );
});

test.each([
  ['scp -t /tmp', true],
  ['scp -r -p -f file', true],
  ['/usr/bin/scp -pt .', true],
  ['scpy -t x', false],
  ['scp a b', false],
  ['rsync --server -logDtpre.iLsfxCIvu . dir', true],
  ['rsync -a x y', false],
  ["git-upload-pack 'repo.git'", true],
  ['/usr/lib/openssh/sftp-server', true],
  ['echo scp -t', false],
])('%s is a file transfer: %s', (command, is) => {
  expect(isTransfer({ kind: 'exec', command })).toBe(is);
});

test('what the box cannot carry is refused before it is tried', () => {
  expect(commandFile({ kind: 'shell' })).toBe('c');
  expect(commandFile({ kind: 'exec', command: 'a\nb ' })).toBe('ea\nb ');
  expect(commandFile({ kind: 'subsystem', name: 'sftp' })).toBe('ssftp');
  expect(commandFile({ kind: 'forward', host: '::1', port: 80 })).toBe('w80 ::1');
  expect(commandFile({ kind: 'terminal', command: 'top' })).toBe('ttop');
  expect(commandFile({ kind: 'exec', command: 'a\0b' })).toBeNull();
  expect(commandFile({ kind: 'exec', command: 'ü'.repeat(65_600) })).toBeNull();
});
