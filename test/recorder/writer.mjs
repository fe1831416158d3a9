// Tapes without end until it is killed; says on stdout which event is surely on the disk. Run with the built house.
import { randomBytes } from 'node:crypto';

const { openTape } = await import(process.argv[2]);
const { spool, header } = JSON.parse(process.argv[3]);
const opened = await openTape({
  spool,
  header,
  reserveBytes: 1024,
  now: () => performance.now(),
  random: randomBytes,
  anchor: async (segments, head, end) => {
    process.stdout.write(`head ${segments} ${head}\n`);
    return {
      ok: true,
      value: { recordingId: header.recordingId, segments, head, final: end !== null, at: 0, signature: '' },
    };
  },
  timing: { batch: 3, anchor: 10 },
});
if (!opened.ok) throw new Error(opened.failure.message);
const tape = opened.value;
for (let at = 0; ; at += 1) {
  tape.append({ at, kind: 'output', bytes: Buffer.from(`event ${at} ${'x'.repeat(at % 5000)}\r\n`) });
  if (at % 7 === 0) tape.keyframe({ at, columns: 80, rows: 24, screen: `screen ${at}` });
  await new Promise((resolve) => setTimeout(resolve, 1));
  while (tape.pending > 0 && at % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  if (at % 20 === 0) process.stdout.write(`durable ${at}\n`);
}
