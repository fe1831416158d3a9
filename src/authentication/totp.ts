import { createHmac, timingSafeEqual } from 'node:crypto';

/** What every authenticator knows without being told: SHA-1, six digits, 30 seconds (RFC 6238 §5.2, key URI format). */
export const TOTP = { secretBytes: 20, digits: 6, periodSeconds: 30 } as const;
/** Steps that an authenticator's clock may be wrong by, either way (RFC 6238 §5.2 advises one). */
const DRIFT = 1;

/** The step of a time in milliseconds since 1970. */
export function totpStep(now: number): number {
  return Math.floor(now / 1000 / TOTP.periodSeconds);
}

/** The code of a step: HOTP of RFC 4226 §5.3 with the step as its counter. */
export function totpCode(secret: Uint8Array, step: number, digits: number = TOTP.digits): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const number = mac.readUInt32BE((mac[19] ?? 0) & 15) & 0x7f_ff_ff_ff;
  return String(number % 10 ** digits).padStart(digits, '0');
}

/**
 * The step that this code is of, or null. Steps up to `lastStep` are over: a code is never taken twice. All of the window
 * is computed, whichever matches.
 */
export function matchingStep(
  secret: Uint8Array,
  typed: string,
  now: number,
  lastStep: number,
): number | null {
  const code = Buffer.from(typed, 'utf8');
  const here = totpStep(now);
  let found: number | null = null;
  for (let step = here - DRIFT; step <= here + DRIFT; step += 1) {
    const wanted = Buffer.from(totpCode(secret, step), 'utf8');
    if (code.length === wanted.length && timingSafeEqual(code, wanted) && step > lastStep) found ??= step;
  }
  return found;
}
