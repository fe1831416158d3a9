import { generateKeyPairSync, sign } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { type SignedHead, signedHeadText } from '#/contract/rows.js';
import { type StoredProof, type StoredState, storedProofText } from '#/contract/stored-proof.js';
import { clampSize } from '#/domain/session.js';
import type { TapeEvent } from '#/domain/tape.js';
import { indexTape } from '#/monitor/tape-index.js';
import { readTape, type TapeReader } from '#/monitor/tape-reader.js';
import { digestOf } from '#/recorder/file-digest.js';
import { SEGMENT } from '#/recorder/tape-format.js';
import { contentKeyForReading } from '#/recorder/tape-key.js';
import { scanTape } from '#/recorder/tape-scan.js';
import { learnCharsets } from '#/session/screen/charsets.js';
import { createModel, type ModelSnapshot } from '#/session/screen/model.js';
import { readScreen } from '#/terminal/reading.js';
import { steadyTerminal } from '#/terminal/steady-terminal.js';
import { signList } from '#/vault/sign-list.js';
import { opened, tapeRig } from '../recorder/tape-rig.js';

/** What happens to a tape: an event, a keyframe of what was until now, or what was appended is written to the disk. */
export type Happening = TapeEvent | 'keyframe' | 'written';

const vaultKey = generateKeyPairSync('ed25519');

/**
 * A tape as a session host writes it, with keyframes of its own screen model, and the heads that a vault signed. `text`: with the
 * lines that were to be read, of which there must be new ones before each 'written'.
 */
export async function recorded(
  happenings: readonly Happening[],
  how: { readonly close?: boolean; readonly text?: boolean } = {},
) {
  const rig = tapeRig();
  const heads: SignedHead[] = [];
  const tape = await opened({
    ...rig.options,
    timing: { batch: 1, anchor: 1, ...(how.text === true ? { recent: 1 } : {}) },
    anchor: (segments, head, end) => {
      const unsigned = {
        recordingId: rig.recordingId,
        segments,
        head,
        final: end !== null,
        at: 1_700_000_000_000 + segments,
      };
      const signed = {
        ...unsigned,
        signature: sign(null, Buffer.from(signedHeadText(unsigned)), vaultKey.privateKey).toString('base64'),
      };
      heads.push(signed);
      return Promise.resolve({ ok: true, value: signed });
    },
  });
  const model = createModel(rig.options.header, learnCharsets());
  const steady = steadyTerminal(clampSize(rig.options.header.columns, rig.options.header.rows));
  const reading = how.text === true ? readScreen(steady.terminal, (lines) => tape.text(lines)) : null;
  let [at, texts] = [0, 0];
  for (const one of happenings) {
    if (one === 'written') {
      while (tape.pending > 0) await new Promise((resolve) => setTimeout(resolve, 1));
      // what was read on the screen meanwhile is there, too
      for (texts += 1; reading !== null && (await textsIn(rig.path)) < texts; )
        await new Promise((resolve) => setTimeout(resolve, 1));
    } else if (one === 'keyframe') {
      const outputBytes = tape.outputBytes;
      const shot = await new Promise<ModelSnapshot>((resolve) => model.snapshot(resolve));
      if (!shot.exact) continue;
      tape.keyframe({
        at,
        columns: shot.columns,
        rows: shot.rows,
        screen: shot.screen,
        outputBytes: outputBytes - shot.held.length,
      });
    } else {
      tape.append(one);
      at = one.at;
      if (one.kind === 'output') model.write(one.bytes);
      if (one.kind === 'output' && reading !== null) {
        reading.before(at);
        await new Promise<void>((resolve) => steady.write(one.bytes, resolve));
        reading.give(false);
      }
      if (one.kind === 'resize') model.resize(one);
    }
  }
  reading?.flush();
  steady.terminal.dispose();
  model.close();
  while (tape.pending > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  if (how.close !== false) await tape.close({ kind: 'exited', status: 0, signal: null });
  const bytes = await readFile(rig.path);
  const headerBytes = 12 + bytes.readUInt32BE(8);
  const ephemeral = (JSON.parse(bytes.toString('utf8', 12, headerBytes)) as { ephemeral: string }).ephemeral;
  return {
    ...rig,
    bytes,
    headerBytes,
    heads: heads as readonly SignedHead[],
    verifyKey: vaultKey.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    /** What the vault signs when the tape, or what a crash left of it, comes to its safe. */
    proof: (state: StoredState, file: Buffer = bytes) => storedProof(rig.recordingId, file, state),
    /** What it signs of all the heads, when somebody asks for the recording. */
    list: (of: readonly SignedHead[]) => signList(KEYRING, rig.recordingId, of, 1_700_000_200_000),
    contentKey: () => contentKeyForReading(rig.safe.privateKey, Buffer.from(ephemeral, 'base64')),
    [Symbol.dispose]: rig[Symbol.dispose],
  };
}

async function textsIn(path: string): Promise<number> {
  const bytes = await readFile(path);
  return segmentsOf({ bytes, headerBytes: 12 + bytes.readUInt32BE(8) }).filter(
    (one) => one.readUInt8(4) === SEGMENT.recent,
  ).length;
}

const KEYRING = {
  sign: (text: string) => sign(null, Buffer.from(text), vaultKey.privateKey).toString('base64'),
};

async function storedProof(recordingId: string, file: Buffer, state: StoredState): Promise<StoredProof> {
  const from = {
    read: (buffer: Buffer, offset: number, length: number, position: number) =>
      Promise.resolve({ bytesRead: file.copy(buffer, offset, position, position + length) }),
  };
  const scan = await scanTape(from);
  if (scan.kind !== 'tape') throw new Error(scan.why);
  const unsigned = {
    recordingId,
    segments: scan.segments,
    head: scan.head.toString('hex'),
    ...(await digestOf(from)),
    state,
    at: 1_700_000_100_000,
  };
  const signature = sign(null, Buffer.from(storedProofText(unsigned)), vaultKey.privateKey).toString(
    'base64',
  );
  return { ...unsigned, signature };
}

export type Recorded = Awaited<ReturnType<typeof recorded>>;

export async function handleOf(path: string) {
  return await open(path);
}

/** The bytes of each segment of a tape. */
export function segmentsOf({
  bytes,
  headerBytes,
}: {
  readonly bytes: Buffer;
  readonly headerBytes: number;
}): Buffer[] {
  const segments: Buffer[] = [];
  for (let at = headerBytes; at < bytes.length; ) {
    const length = 4 + bytes.readUInt32BE(at);
    segments.push(bytes.subarray(at, at + length));
    at += length;
  }
  return segments;
}

export const output = (at: number, text: string | Uint8Array): TapeEvent => ({
  at,
  kind: 'output',
  bytes: Buffer.from(text as string),
});

/** A tape to be read as the monitor reads it. */
export async function readerOf(tape: Recorded): Promise<TapeReader> {
  const handle = await open(tape.path);
  const index = await indexTape(handle);
  if (!index.ok) throw new Error(index.failure.message);
  return await readTape(handle, index.value, tape.contentKey());
}
