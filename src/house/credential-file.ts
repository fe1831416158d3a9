import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname } from 'node:path';
import Conf from 'conf';
import { z } from 'zod';
import { COMPONENTS, type Component } from '#/domain/people.js';
import type { Binding } from './credential-binding.js';
import { chanceIn, makeEntropy } from './credential-entropy.js';
import { credentialKey, machineId } from './credential-key.js';
import { entropyPath, removeBoth, stagedEntropyPath, stagedPath, syncFolder } from './credential-paths.js';

const content = z.strictObject({
  format: z.literal(1),
  component: z.enum(COMPONENTS),
  hostName: z.string(),
  uid: z.int(),
  executable: z.string(),
  /** Milliseconds since 1970; the first release did not write it. */
  madeAt: z.int().optional(),
  password: z.base64(),
});
export type CredentialContent = z.infer<typeof content>;

export interface NewCredential {
  readonly path: string;
  readonly component: Component;
  readonly password: Buffer;
  readonly binding: Binding;
  /** Told after each step that is on the disk, for tests that end the process right there. */
  readonly reached?: (step: CredentialStep) => void;
}

/** What a rotation leaves on the disk, one after the other; it may be killed after each. */
export type CredentialStep = 'entropy-written' | 'file-written' | 'entropy-renamed' | 'file-renamed';

/** Makes the file and the entropy file beside it, both 0600 and owned by the uid it is bound to. The password is not wiped. */
export function createCredentialFile({ path, component, password, binding, reached }: NewCredential): void {
  const entropy = makeEntropy(machineId(), randomBytes);
  removeBoth(path);
  writeFileSync(entropyPath(path), entropy, { mode: 0o600, flag: 'wx', flush: true });
  reached?.('entropy-written');
  store(path, credentialKey(machineId(), chanceIn(entropy))).store = {
    format: 1,
    component,
    ...binding,
    madeAt: Date.now(),
    password: password.toString('base64'),
  };
  if (process.getuid?.() === 0)
    for (const file of [path, entropyPath(path)]) chownSync(file, binding.uid, -1);
  syncFolder(path);
  reached?.('file-written');
}

/** Phase one of a rotation: the next file beside the present one, which stays as it is. */
export function stageCredentialFile(next: NewCredential): void {
  createCredentialFile({ ...next, path: stagedPath(next.path) });
}

/** The end of a rotation: the next file takes the place of the present one, which is gone then. */
export function promoteCredentialFile(path: string, reached?: NewCredential['reached']): void {
  const staged = stagedPath(path);
  // in between, neither name opens the present file, but the staged one opens with the entropy in its place
  if (existsSync(entropyPath(staged))) renameSync(entropyPath(staged), entropyPath(path));
  syncFolder(path);
  reached?.('entropy-renamed');
  renameSync(staged, path);
  syncFolder(path);
  reached?.('file-renamed');
}

/** What is in the file, or null when it does not open under this entropy on this machine. */
export function decryptCredentialFile(path: string, chance: Buffer): CredentialContent | null {
  try {
    return content.parse({ ...store(path, credentialKey(machineId(), chance)).store });
  } catch {
    return null;
  }
}

/** Where the entropy of a file lies; a staged one may have it under its final name already. */
export function entropyOf(path: string, staged: boolean): string {
  return staged ? stagedEntropyPath(path) : entropyPath(path);
}

/** Files are written whole or not at all, and an unreadable one is never replaced by an empty one. */
function store(path: string, encryptionKey: Buffer): Conf<CredentialContent> {
  return new Conf<CredentialContent>({
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
