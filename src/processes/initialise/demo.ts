import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { demoGroup, demoPasswd, hashPassword } from '#/demo/demo-files.js';
import { type HostKey, parseHostKey } from '#/domain/host-key.js';
import type { ServiceAccount } from '#/house/service-accounts.js';
import { makeHostKey } from '#/house/ssh-host-key.js';

/** What the vault is told about the demo target. */
export interface DemoAccount {
  readonly user: string;
  readonly address: string;
  readonly port: number;
  readonly password: Buffer;
  readonly hostKey: HostKey;
}

const USER = 'demo';
const ADDRESS = '127.0.0.1';
const FIRST_PORT = 22_300;
const PORTS = 10_000;

/** Makes the files of the demo target. Its password goes to the vault; only a hash stays with it. */
export async function makeDemo(
  folder: string,
  home: string,
  { uid, gid }: ServiceAccount,
): Promise<DemoAccount> {
  mkdirSync(folder, { mode: 0o700 });
  const hostKey = parseHostKey(makeHostKey(folder, 'postern demo'));
  if (hostKey === null) throw new Error('the host key of the demo target is malformed');
  // letters only: people who look at it in the vault may want to type it
  const password = Buffer.from(randomBytes(24).toString('base64url'), 'latin1');
  const port = await freePort(home);
  writeFileSync(
    join(folder, 'demo.json'),
    JSON.stringify({ user: USER, address: ADDRESS, port, ...hashPassword(password) }),
    { mode: 0o600 },
  );
  writeFileSync(join(folder, 'passwd'), demoPasswd(USER, uid, gid), { mode: 0o644 });
  writeFileSync(join(folder, 'group'), demoGroup(USER, gid), { mode: 0o644 });
  return { user: USER, address: ADDRESS, port, password, hostKey };
}

/** The port is kept for good: the account in the vault names it. Below those that the kernel hands out by itself. */
async function freePort(home: string): Promise<number> {
  const first = createHash('sha256').update(home).digest().readUInt16BE(0) % PORTS;
  for (let tried = 0; tried < PORTS; tried += 1) {
    const port = FIRST_PORT + ((first + tried) % PORTS);
    if (await isFree(port)) return port;
  }
  throw new Error('no port is free for the demo target');
}

function isFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.on('error', () => resolve(false));
  server.listen(port, ADDRESS, () => server.close(() => resolve(true)));
  return promise;
}
