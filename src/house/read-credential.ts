import { lstatSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type Failure, failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { Component } from '#/domain/people.js';
import { Secret } from '#/domain/secret.js';
import { type Binding, brokenBinding, runningBinding } from './credential-binding.js';
import { readEntropy } from './credential-entropy.js';
import { decryptCredentialFile, entropyOf } from './credential-file.js';
import { machineId } from './credential-key.js';
import { stagedPath } from './credential-paths.js';

/** What a look at a credential file found. `why` is a phrase that follows the file's name. */
export type CredentialReading =
  | {
      readonly kind: 'good';
      readonly password: Secret;
      readonly bound: Binding;
      readonly madeAt: number | null;
    }
  | { readonly kind: 'missing'; readonly why: string }
  | {
      readonly kind: 'refused';
      readonly why: string;
      readonly bound: Binding | null;
      readonly madeAt: number | null;
    };

/**
 * The component's password. Refuses a file that others could read, that is not encrypted, that was changed, or that is
 * bound to something else, and says which.
 */
export function openCredentialFile(
  path: string,
  component: Component,
  running: Binding = runningBinding(),
): Outcome<Secret> {
  const read = readCredentialFile({ path, component, running });
  return read.kind === 'good' ? done(read.password) : failed(credentialFailure(component, path, read.why));
}

/** The failure of a file, with the command that repairs it. */
export function credentialFailure(component: Component, path: string, why: string): Failure {
  return {
    ...failure('CREDENTIAL_FILE', `${basename(path)} ${why}`),
    next: `On the bastion: postern credfile resync ${component}`,
  };
}

export interface CredentialToRead {
  /** Of the present file, also when the staged one is meant. */
  readonly path: string;
  readonly component: Component;
  readonly running: Binding;
  readonly staged?: boolean;
}

export function readCredentialFile({
  path,
  component,
  running,
  staged = false,
}: CredentialToRead): CredentialReading {
  const file = staged ? stagedPath(path) : path;
  const entropyFile = entropyOf(path, staged);
  if (lstatSync(file, { throwIfNoEntry: false }) === undefined)
    return { kind: 'missing', why: 'does not exist' };
  const refused = (why: string): CredentialReading => ({ kind: 'refused', why, bound: null, madeAt: null });
  const careless = carelessness(file, '') ?? carelessness(entropyFile, 'has an entropy file beside it that ');
  if (careless !== null) return refused(careless);
  const content = contentOf(file, entropyFile);
  if (typeof content === 'string') return refused(content);
  const { hostName, uid, executable, madeAt = null, password } = content;
  const about = { bound: { hostName, uid, executable }, madeAt };
  if (content.component !== component)
    return {
      kind: 'refused',
      why: `is bound to component ${content.component}, not to ${component}`,
      ...about,
    };
  const broken = brokenBinding(about.bound, running);
  if (broken !== null) return { kind: 'refused', why: broken, ...about };
  return { kind: 'good', password: Secret.take(Buffer.from(password, 'base64')), ...about };
}

function contentOf(
  file: string,
  entropyFile: string,
): NonNullable<ReturnType<typeof decryptCredentialFile>> | string {
  try {
    const entropy = readEntropy(readFileSync(entropyFile), machineId());
    if (typeof entropy === 'string') return entropy;
    if (looksPlain(readFileSync(file))) return 'is not encrypted';
    return (
      decryptCredentialFile(file, entropy.chance) ??
      'does not open: it was changed, or its entropy file is of another one'
    );
  } catch (error) {
    return `cannot be read (${error instanceof Error && 'code' in error ? String(error.code) : 'unknown'})`;
  }
}

function carelessness(path: string, before: string): string | null {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return 'has no entropy file beside it';
  if (!found.isFile()) return `${before}is not a regular file`;
  if ((found.mode & 0o077) !== 0)
    return `${before}has mode 0${(found.mode & 0o777).toString(8)}, wider than 0600`;
  const uid = process.getuid?.() ?? 0;
  return found.uid === uid ? null : `${before}belongs to OS uid ${found.uid}, this process runs as ${uid}`;
}

/** Encrypted bytes may begin with any character: only what is JSON as a whole is plain. */
export function looksPlain(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}
