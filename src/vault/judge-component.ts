import { timingSafeEqual } from 'node:crypto';
import type { StoredComponent } from './records/components.js';

export type ComponentVerdict = 'current' | 'previous' | 'disabled' | 'wrong';

/** Whether a password (its SHA-256) lets a component in. The one of before the last rotation does once; then it is dropped. */
export function judgeComponent(stored: StoredComponent | null, given: Buffer, now: number): ComponentVerdict {
  const current = stored !== null && timingSafeEqual(stored.hash, given);
  const previous = stored?.previous != null && timingSafeEqual(stored.previous, given);
  const stillGood = previous && now < (stored.previousUntil ?? 0);
  if (!current && !stillGood) return 'wrong';
  if (stored.disabled) return 'disabled';
  return current ? 'current' : 'previous';
}

/** Milliseconds in which a rotation that was cut off may still log in with the password of before. */
const PREVIOUS_LIFE = 60 * 60_000;

/** The vault's half of a rotation. Said twice, it changes nothing. */
export function withNewPassword(stored: StoredComponent, hash: Buffer, now: number): StoredComponent {
  if (timingSafeEqual(stored.hash, hash)) return stored;
  return { ...stored, hash, previous: stored.hash, previousUntil: now + PREVIOUS_LIFE, rotatedAt: now };
}

/** A repair: only this password counts from now on. */
export function withOnlyPassword(stored: StoredComponent, hash: Buffer, now: number): StoredComponent {
  return { ...stored, hash, previous: null, previousUntil: null, rotatedAt: now };
}
