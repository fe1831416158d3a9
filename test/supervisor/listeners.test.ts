import { lstatSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SOCKETS, type SocketName } from '#/contract/sockets.js';
import type { ServiceAccounts } from '#/house/service-accounts.js';
import { openPort, openSocket, socketsOf } from '#/supervisor/listeners.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'listeners-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const accounts = Object.fromEntries(
  ['vault', 'portal', 'session', 'recorder', 'monitor', 'demo', 'directory'].map((role, index) => [
    role,
    { name: role, uid: 7000 + index, gid: 8000 + index },
  ]),
) as unknown as ServiceAccounts;

describe.runIf(process.getuid?.() === 0)('the sockets of the house', () => {
  it.each<[SocketName, number, number, number]>([
    ['vault-portal', 7000, 8001, 0o660],
    ['vault-session', 7000, 8002, 0o660],
    ['vault-recorder', 7000, 8003, 0o660],
    ['vault-monitor', 7000, 8004, 0o660],
    ['directory', 7006, 8000, 0o660],
    ['admin', 0, 0, 0o600],
    ['monitor-admin', 0, 0, 0o600],
    ['monitor', 7004, 8001, 0o660],
    ['session', 7002, 8001, 0o660],
    ['shell', 7001, 0, 0o666],
    ['desk', 7001, 0, 0o666],
  ])('%s belongs to its owner and lets its one peer in', (name, uid, gid, mode) => {
    const listener = openSocket(folder, name, undefined, accounts);
    const found = lstatSync(join(folder, `${name}.sock`));
    expect([found.isSocket(), found.uid, found.gid, found.mode & 0o7777]).toEqual([true, uid, gid, mode]);
    listener.close();
  });

  it('are all of them', () => {
    expect(
      ['vault', 'directory', 'portal', 'session', 'recorder', 'monitor', 'demo']
        .flatMap((role) => socketsOf(role as 'vault'))
        .sort(),
    ).toEqual(Object.keys(SOCKETS).sort());
  });
});

describe('a socket that nobody serves yet', () => {
  it('accepts nobody here: that is for the process that gets it', async () => {
    const listener = openPort('ssh', '127.0.0.1', 0, 'here');
    expect(listener.port).toBeGreaterThan(0);
    const refused = await new Promise<string>((resolve) =>
      connect(listener.port ?? 0, '127.0.0.1').on('error', (error: NodeJS.ErrnoException) =>
        resolve(error.code ?? ''),
      ),
    );
    expect(refused).toBe('ECONNREFUSED');
    listener.close();
  });
});

describe('a port that cannot be had', () => {
  it('is named, with what to do', async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) =>
      other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port)),
    );
    expect(() => openPort('ssh', '127.0.0.1', port, `127.0.0.1:${port}`)).toThrow(
      `127.0.0.1:${port} is in use by another program: stop it, or choose another address with POSTERN_LISTEN`,
    );
    other.close();
  });
  it('also when the address is not ours', () => {
    expect(() => openPort('ssh', '192.0.2.1', 0, '192.0.2.1:0')).toThrow(
      '192.0.2.1:0 is not an address of this host',
    );
  });
});
