import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { CREDENTIAL_FILES } from '#/contract/credentials.js';
import { COMPONENTS, type Component } from '#/domain/people.js';

/** Path of a component's credential file below HOME/credentials. */
export function credentialPath(credentials: string, component: Component): string {
  const { role, file } = CREDENTIAL_FILES[component];
  return join(credentials, role, file);
}

/** Where the next file is written before the vault hears of it: appuser.new.ini beside appuser.ini. */
export function stagedPath(path: string): string {
  return withEnd(path, `.new${extname(path)}`);
}

export function entropyPath(path: string): string {
  return withEnd(path, '.entropy');
}

/** The entropy of a staged file; it takes its final name a moment before the file itself does. */
export function stagedEntropyPath(path: string): string {
  const own = entropyPath(stagedPath(path));
  return existsSync(own) ? own : entropyPath(path);
}

/** Names that were given or taken are on the disk when this returns. */
export function syncFolder(path: string): void {
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** The first release kept all files in one folder, which their owners could not write to. Run as root, before any process. */
export function moveIntoFolders(credentials: string): void {
  for (const component of COMPONENTS) {
    const path = credentialPath(credentials, component);
    const before = join(credentials, CREDENTIAL_FILES[component].file);
    if (!existsSync(before) || existsSync(path)) continue;
    if (existsSync(entropyPath(before))) renameSync(entropyPath(before), entropyPath(path));
    renameSync(before, path);
  }
}

export function removeBoth(path: string): void {
  rmSync(path, { force: true });
  rmSync(entropyPath(path), { force: true });
}

function withEnd(path: string, end: string): string {
  return path.slice(0, path.length - extname(path).length) + end;
}
