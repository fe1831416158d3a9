import { randomBytes } from 'node:crypto';
import { chownSync, lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname } from 'node:path';
import Conf from 'conf';
import { z } from 'zod';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { COMPONENTS, type Component } from '#/domain/people.js';
import { Secret } from '#/domain/secret.js';
import { type Binding, brokenBinding, runningBinding } from './credential-binding.js';
import { credentialKey, machineId } from './credential-key.js';

const content = z.strictObject({
  format: z.literal(1),
  component: z.enum(COMPONENTS),
  hostName: z.string(),
  uid: z.int(),
  executable: z.string(),
  password: z.base64(),
});
type Content = z.infer<typeof content>;

/** Names of the files in HOME/credentials. */
export const CREDENTIAL_FILES = {
  PVWAApp: 'appuser.ini',
  PVWAGW: 'gwuser.ini',
  PSMApp: 'psmapp.ini',
  PSMGW: 'psmgw.ini',
  PSMAdminConnect: 'psmadminconnect.ini',
} as const satisfies Record<Component, string>;

const ENTROPY_BYTES = 64;

/** Makes the file and the entropy file beside it, both 0600 and owned by the uid it is bound to. The password is not wiped. */
export function createCredentialFile(options: {
  readonly path: string;
  readonly component: Component;
  readonly password: Buffer;
  readonly binding: Binding;
}): void {
  const { path, component, password, binding } = options;
  const entropy = randomBytes(ENTROPY_BYTES);
  rmSync(path, { force: true });
  rmSync(entropyPath(path), { force: true });
  writeFileSync(entropyPath(path), entropy, { mode: 0o600, flag: 'wx' });
  const store = open(path, credentialKey(machineId(), entropy));
  store.store = { format: 1, component, ...binding, password: password.toString('base64') };
  if (process.getuid?.() === 0)
    for (const file of [path, entropyPath(path)]) chownSync(file, binding.uid, -1);
}

/**
 * The component's password. Refuses a file that others could read, that is not encrypted, that was changed, or that is
 * bound to something else, and says which.
 */
export function openCredentialFile(
  path: string,
  component: Component,
  running: Binding = runningBinding(),
): Outcome<Secret> {
  const refuse = (why: string) => failed(failure('CREDENTIAL_FILE', `${basename(path)} ${why}`));
  const careless = carelessness(path) ?? carelessness(entropyPath(path));
  if (careless !== null) return refuse(careless);
  const read = decrypt(path);
  if (typeof read === 'string') return refuse(read);
  if (read.component !== component)
    return refuse(`is bound to component ${read.component}, not to ${component}`);
  const broken = brokenBinding(read, running);
  return broken === null ? done(Secret.take(Buffer.from(read.password, 'base64'))) : refuse(broken);
}

function decrypt(path: string): Content | string {
  try {
    if (looksPlain(readFileSync(path))) return 'is not encrypted';
    return content.parse({
      ...open(path, credentialKey(machineId(), readFileSync(entropyPath(path)))).store,
    });
  } catch {
    return 'does not open: it was changed, or belongs to another machine or entropy file';
  }
}

/** Files are written whole or not at all, and an unreadable one is never replaced by an empty one. */
function open(path: string, encryptionKey: Buffer): Conf<Content> {
  return new Conf<Content>({
    cwd: dirname(path),
    configName: basename(path, extname(path)),
    fileExtension: extname(path).slice(1),
    configFileMode: 0o600,
    encryptionKey,
    encryptionAlgorithm: 'aes-256-gcm',
    accessPropertiesByDotNotation: false,
    clearInvalidConfig: false,
  });
}

function carelessness(path: string): string | null {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined)
    return path.endsWith('.entropy') ? 'has no entropy file beside it' : 'does not exist';
  if (!found.isFile()) return 'is not a regular file';
  return (found.mode & 0o077) === 0 ? null : `has mode 0${(found.mode & 0o777).toString(8)}, wider than 0600`;
}

function looksPlain(bytes: Buffer): boolean {
  return bytes.subarray(0, 64).toString('latin1').trimStart().startsWith('{');
}

function entropyPath(path: string): string {
  return `${path.slice(0, path.length - extname(path).length)}.entropy`;
}
