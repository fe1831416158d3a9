import { createHmac, timingSafeEqual } from 'node:crypto';

const CHANCE = 64;
const CHECK = 16;
/** 64 bytes of chance, then two checks under it: of themselves, and of the machine that they were made on. */
const LENGTH = CHANCE + 2 * CHECK;

/** What the entropy file holds. The checks tell a file of another machine from one that was changed. */
export function makeEntropy(machine: string, random: (bytes: number) => Buffer): Buffer {
  const chance = random(CHANCE);
  return Buffer.concat([chance, check(chance, 'entropy'), check(chance, `machine ${machine}`)]);
}

/** The part of it that the key is derived from. */
export function chanceIn(bytes: Buffer): Buffer {
  return bytes.subarray(0, CHANCE);
}

/** The chance in it, or a phrase that names what is wrong. Files of the first release have no checks. */
export function readEntropy(bytes: Buffer, machine: string): { readonly chance: Buffer } | string {
  const chance = chanceIn(bytes);
  if (bytes.length === CHANCE) return { chance };
  if (bytes.length !== LENGTH || !same(bytes.subarray(CHANCE, CHANCE + CHECK), check(chance, 'entropy')))
    return 'has an entropy file beside it that was changed';
  if (!same(bytes.subarray(CHANCE + CHECK), check(chance, `machine ${machine}`)))
    return 'is bound to another machine id than that of this machine';
  return { chance };
}

function check(chance: Buffer, what: string): Buffer {
  return createHmac('sha256', chance).update(what, 'utf8').digest().subarray(0, CHECK);
}

function same(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
