import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bind, type BoxRecord, boxFiles } from './box-record.js';

/** Puts the files of a box in place as a whole, fresh: a record can be used once. */
export function writeBox(boxes: string, sessionId: string, record: BoxRecord, binds: readonly Bind[]): void {
  const ready = join(boxes, sessionId);
  const making = join(boxes, `.${sessionId}`);
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { mode: 0o755 });
  for (const [name, text] of Object.entries(boxFiles(record, binds)))
    writeFileSync(join(making, name), text, { mode: 0o644, flag: 'wx' });
  forgetBox(boxes, sessionId);
  renameSync(making, ready);
}

export function forgetBox(boxes: string, sessionId: string): void {
  rmSync(join(boxes, sessionId), { recursive: true, force: true });
}
