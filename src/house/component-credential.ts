import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { Component } from '#/domain/people.js';
import type { Secret } from '#/domain/secret.js';
import { type Binding, runningBinding } from './credential-binding.js';
import { rememberedDigest } from './credential-digest.js';
import { type NewCredential, promoteCredentialFile, stageCredentialFile } from './credential-file.js';
import { credentialPath, removeBoth, stagedPath } from './credential-paths.js';
import { credentialFailure, readCredentialFile } from './read-credential.js';

/** A component's password on the disk, as the process that logs in with it sees it. */
export interface ComponentCredential {
  readonly component: Component;
  read(): Outcome<Secret>;
  /** What the vault compares with. Looks at the files each time, and reads them only when they changed. */
  digest(): Outcome<Buffer>;
  /** The file of a rotation that was not finished; null: there is none that opens. */
  readStaged(): Secret | null;
  /** Writes the next file beside the present one. Throws what the disk says. */
  stage(password: Buffer): void;
  /** The staged file becomes the present one. */
  promote(): void;
  /** Throws a staged file away. */
  discard(): void;
}

export interface CredentialOptions {
  readonly credentials: string;
  readonly component: Component;
  /** Who may open it: this process, unless it is made for another one. */
  readonly binding?: Binding;
  readonly reached?: NewCredential['reached'];
}

export function componentCredential({
  credentials,
  component,
  binding = runningBinding(),
  reached,
}: CredentialOptions): ComponentCredential {
  const path = credentialPath(credentials, component);
  const told = reached === undefined ? {} : { reached };
  const read = (): Outcome<Secret> => {
    const found = readCredentialFile({ path, component, running: binding });
    return found.kind === 'good'
      ? done(found.password)
      : failed(credentialFailure(component, path, found.why));
  };
  return {
    component,
    read,
    digest: rememberedDigest(path, read, Date.now),
    readStaged() {
      const found = readCredentialFile({ path, component, running: binding, staged: true });
      return found.kind === 'good' ? found.password : null;
    },
    stage: (password) => stageCredentialFile({ path, component, password, binding, ...told }),
    promote: () => promoteCredentialFile(path, reached),
    discard: () => removeBoth(stagedPath(path)),
  };
}
