import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeId } from '#/domain/ids.js';
import { done, type Outcome } from '#/domain/outcome.js';
import type { SignedHead } from '#/contract/rows.js';
import { rawPublicKey } from '#/recorder/tape-key.js';
import type { OpenTapeOptions } from '#/recorder/tape.js';

/** A spool of its own, a recording safe's key, and a vault that takes heads; removed when it goes out of scope. */
export function tapeRig() {
  const directory = mkdtempSync(join(tmpdir(), 'tape-'));
  const safe = generateKeyPairSync('x25519');
  const heads: { readonly segments: number; readonly head: string; readonly final: boolean }[] = [];
  const recordingId = makeId('session', randomBytes(20));
  const options: OpenTapeOptions = {
    spool: directory,
    header: {
      recordingId, startedAt: 1_700_000_000_000, user: 'alice', account: 'root@web1', accountId: makeId('account', randomBytes(20)), safe: 'Linux',
      recordingSafe: 'PSMRecordings', columns: 80, rows: 24, term: 'xterm-256color', recipient: rawPublicKey(safe.publicKey).toString('base64'),
    },
    reserveBytes: 1024,
    now: () => performance.now(),
    random: randomBytes,
    anchor: (segments, head, final) => {
      heads.push({ segments, head, final });
      return Promise.resolve(anchored(recordingId, segments, head, final));
    },
    timing: { batch: 5, anchor: 20 },
  };
  return { directory, safe, heads, recordingId, options, path: join(directory, `${recordingId}.tape`), [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }) };
}

export function anchored(recordingId: string, segments: number, head: string, final: boolean): Outcome<SignedHead> {
  return done({ recordingId, segments, head, final, at: 0, signature: '' });
}
