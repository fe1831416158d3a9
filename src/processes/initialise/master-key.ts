import { lstatSync, readFileSync } from 'node:fs';
import type { InitialiseRequest } from '#/supervisor/initialise.js';
import type { VaultToCreate } from '../create-vault.js';
import { newPassphrase } from './passphrase.js';

const KEY_BYTES = 32;

/** The master key of a new vault, by the mode that the configuration names. A key file that exists is never replaced. */
export async function newMasterKey(
  {
    masterKeyMode,
    masterKeyPath,
    terminal,
  }: Pick<InitialiseRequest, 'masterKeyMode' | 'masterKeyPath' | 'terminal'>,
  inHome: string,
): Promise<VaultToCreate['masterKey']> {
  switch (masterKeyMode) {
    case 'passphrase':
      return { kind: 'passphrase', passphrase: await newPassphrase(process.env, terminal) };
    case 'systemd-credential':
      return { kind: 'key', key: keyFrom(masterKeyPath ?? '') };
    case 'file':
      if (masterKeyPath !== null && lstatSync(masterKeyPath, { throwIfNoEntry: false }) !== undefined)
        return { kind: 'key', key: keyFrom(masterKeyPath) };
      return { kind: 'new-file', path: masterKeyPath ?? inHome };
    default:
      return masterKeyMode satisfies never;
  }
}

/** 32 bytes, raw or base64, as the vault reads them. */
function keyFrom(path: string): Buffer {
  const bytes = readFileSync(path);
  if (bytes.length === KEY_BYTES) return bytes;
  const text = bytes.toString('latin1').trim();
  bytes.fill(0);
  if (!/^[A-Za-z0-9+/]{43}=$/.test(text))
    throw new Error(
      `${path} does not hold a key of ${KEY_BYTES} bytes, raw or base64 (openssl rand -base64 32 makes one)`,
    );
  return Buffer.from(text, 'base64');
}
