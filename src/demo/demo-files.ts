import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';

/** demo.json: who may log in to the demo target, and where it listens. The password itself is in the vault alone. */
export interface DemoFile {
  readonly user: string;
  readonly address: string;
  readonly port: number;
  /** base64 of what scrypt took and gave. */
  readonly salt: string;
  readonly hash: string;
}

const HASH_BYTES = 32;

export function hashPassword(password: Buffer, salt = randomBytes(16)): Pick<DemoFile, 'salt' | 'hash'> {
  return { salt: salt.toString('base64'), hash: scryptSync(password, salt, HASH_BYTES).toString('base64') };
}

export function passwordFits({ salt, hash }: Pick<DemoFile, 'salt' | 'hash'>, password: Buffer): boolean {
  return timingSafeEqual(
    scryptSync(password, Buffer.from(salt, 'base64'), HASH_BYTES),
    Buffer.from(hash, 'base64'),
  );
}

/** The accounts file of the machine that the demo target pretends to be. */
export function demoPasswd(user: string, uid: number, gid: number): string {
  return `root:x:0:0:root:/root:/usr/sbin/nologin\n${user}:x:${uid}:${gid}:Demo:/home/demo:/bin/bash\n`;
}

export function demoGroup(user: string, gid: number): string {
  return `root:x:0:\n${user}:x:${gid}:\n`;
}
