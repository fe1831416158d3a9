import { BUNDLE_MAGIC, encodeStatement } from '#/contract/proof-bundle.js';
import { type Failure, failure } from '#/domain/failure.js';
import type { FoundTape, Redeemed } from './open-recording.js';
import { DamagedTape } from './read-events.js';
import { indexTape } from './tape-index.js';

const CHUNK = 256 * 1024;

/**
 * The tape as it lies in its safe, sealed, with all that the vault signed about it: what anybody can verify who has the
 * vault's public key. One that was tampered with goes out as well, to be shown to others.
 */
export async function* exportBundle({ handle, redeemed }: FoundTape): AsyncGenerator<Buffer> {
  const { heads, proof, list } = redeemed;
  if (proof === null) throw new DamagedTape(unproven(redeemed));
  if (list === null) throw new DamagedTape(failure('VAULT_SEALED'));
  yield Buffer.concat([BUNDLE_MAGIC, Buffer.of(2)]);
  yield counted(Buffer.from(encodeStatement({ format: 2, heads, proof, list }), 'utf8'));
  const index = await indexTape(handle);
  const after = index.ok ? index.value.segments.map((_, at) => index.value.headAfter(at + 1)) : [];
  yield counted(Buffer.concat(after));
  for (let at = 0; ; ) {
    const chunk = Buffer.allocUnsafe(CHUNK);
    const { bytesRead } = await handle.read(chunk, 0, CHUNK, at);
    if (bytesRead === 0) return;
    yield chunk.subarray(0, bytesRead);
    at += bytesRead;
  }
}

function unproven({ row, stored }: Redeemed): Failure {
  if (row.endedAt === null) return failure('RECORDING_RUNS');
  const why = stored === 'safe' ? 'the vault signed nothing when it came there' : 'it is on its way';
  return failure('RECORDING_NOT_STORED', why);
}

function counted(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
