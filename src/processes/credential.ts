import { createHash, randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { COMPONENT_PASSWORD_BYTES } from '#/contract/credentials.js';
import type { CredentialLook, CredentialOrder } from '#/contract/orders.js';
import { bindingFor } from '#/house/credential-binding.js';
import { promoteCredentialFile, stageCredentialFile } from '#/house/credential-file.js';
import { credentialPath } from '#/house/credential-paths.js';
import { type CredentialReading, readCredentialFile } from '#/house/read-credential.js';

/**
 * One look at a component's credential file, or one step of its repair, as the OS user whom it belongs to: neither the
 * supervisor nor root ever holds the password. Its answer, on standard output, has a hash at most.
 */
const { credentials, order } = JSON.parse(await text(process.stdin)) as {
  readonly credentials: string;
  readonly order: CredentialOrder;
};
const { component, step, hash } = order;
const running = bindingFor(component, process.getuid?.() ?? 0);
const path = credentialPath(credentials, component);
try {
  if (step === 'stage') stage();
  if (step === 'promote') promote();
  process.stdout.write(JSON.stringify(look()));
} catch (error) {
  process.stderr.write(error instanceof Error ? error.message : 'unknown');
  process.exitCode = 1;
}

function stage(): void {
  const password = randomBytes(COMPONENT_PASSWORD_BYTES);
  stageCredentialFile({ path, component, password, binding: running });
  password.fill(0);
}

/** The component's own process may have been quicker: then it is in place already. */
function promote(): void {
  const { staged, present } = read();
  if (hashOf(present) === hash) return;
  if (hashOf(staged) !== hash) throw new Error('the staged file is another one');
  promoteCredentialFile(path);
}

function read(): { readonly present: CredentialReading; readonly staged: CredentialReading } {
  const which = { path, component, running };
  return { present: readCredentialFile(which), staged: readCredentialFile({ ...which, staged: true }) };
}

function look(): CredentialLook {
  const { present, staged } = read();
  const about = present.kind === 'missing' ? null : present;
  return {
    kind: 'credential',
    state: present.kind,
    detail: present.kind === 'good' ? 'opens' : present.why,
    hash: hashOf(present),
    stagedHash: hashOf(staged),
    hostName: about?.bound?.hostName ?? null,
    uid: about?.bound?.uid ?? null,
    executable: about?.bound?.executable ?? null,
    madeAt: about?.madeAt ?? null,
  };
}

function hashOf(reading: CredentialReading): string | null {
  return reading.kind === 'good'
    ? createHash('sha256').update(reading.password.exposeSecret()).digest('base64')
    : null;
}
