import { createHash } from 'node:crypto';
import { type BigIntStats, statSync } from 'node:fs';
import type { Outcome } from '#/domain/outcome.js';
import { done } from '#/domain/outcome.js';
import type { Secret } from '#/domain/secret.js';
import { machineId } from './credential-key.js';
import { entropyPath } from './credential-paths.js';

/** The vault knows a component's password by its SHA-256; nobody can log in with that. */
export function passwordDigest(password: Secret): Buffer {
  return createHash('sha256').update(password.exposeSecret()).digest();
}

/** A file that changes twice within a tick of its clock shows one time for both; older than this, it shows its own. Milliseconds. */
const SETTLED = 2000n;

/**
 * The digest of a component's password. Deriving the key of its file takes longer than all else that is looked at before a
 * session, so what was read once counts while neither file was written, moved or given other rights.
 */
export function rememberedDigest(
  path: string,
  read: () => Outcome<Secret>,
  now: () => number,
): () => Outcome<Buffer> {
  let known: { readonly look: string; readonly digest: Buffer } | null = null;
  return () => {
    const look = lookAt(path, now());
    if (known !== null && known.look === look) return done(Buffer.from(known.digest));
    known = null;
    const password = read();
    if (!password.ok) return password;
    const digest = passwordDigest(password.value);
    password.value.wipe();
    if (look !== null) known = { look, digest: Buffer.from(digest) };
    return done(digest);
  };
}

/** Everything by which a change of the two files shows; null: it could hide. */
function lookAt(path: string, now: number): string | null {
  const looks = [path, entropyPath(path)].map((file) =>
    statSync(file, { bigint: true, throwIfNoEntry: false }),
  );
  const settled = (one: BigIntStats | undefined): boolean =>
    one !== undefined && BigInt(Math.floor(now)) - one.ctimeMs > SETTLED;
  if (!looks.every(settled)) return null;
  return [machineId(), ...looks.map((one) => [one?.dev, one?.ino, one?.size, one?.ctimeNs].join(':'))].join(
    '\n',
  );
}
