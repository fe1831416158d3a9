import { randomBytes } from 'node:crypto';
import { chownSync, mkdirSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { FIRST_PASSWORD, newPassword } from '#/house/new-password.js';
import { makeHostKey } from '#/house/ssh-host-key.js';
import type { InitialiseRequest } from '#/supervisor/initialise.js';
import { createVault } from './create-vault.js';
import { makeComponents } from './initialise/components.js';
import { type DemoAccount, makeDemo } from './initialise/demo.js';
import { give } from './initialise/give.js';
import { newMasterKey } from './initialise/master-key.js';
import { type Part, putInPlace, removeScaffold, scaffold } from './initialise/put-in-place.js';

/**
 * Makes a new home, once: the vault, the components' credentials, the host key, the demo target and a one-time password.
 * All or nothing: it is built aside and then moved into place.
 */
const asked = JSON.parse(await text(process.stdin)) as InitialiseRequest;
try {
  await initialise(asked);
} catch (error) {
  removeScaffold(asked.home);
  process.stderr.write(`postern: ${error instanceof Error ? error.message : 'unknown failure'}\n`);
  process.exitCode = 1;
}

async function initialise(request: InitialiseRequest): Promise<void> {
  const { home, accounts } = request;
  const partial = scaffold(home);
  const built: Part[] = ['credentials', 'portal', 'vault'];
  const components = makeComponents(join(partial, 'credentials'), accounts);
  mkdirSync(join(partial, 'portal'), { mode: 0o700 });
  makeHostKey(join(partial, 'portal'), `postern@${request.bastion}`);
  give(join(partial, 'portal'), accounts?.portal ?? null);
  const demo =
    request.demo && accounts !== null ? await makeDemo(join(partial, 'demo'), home, accounts.demo) : null;
  if (demo !== null) {
    give(join(partial, 'demo'), accounts?.demo ?? null);
    built.push('demo');
  }
  const password = newPassword(randomBytes);
  await makeVault(request, { partial, components, password, demo });
  if (!request.terminal) {
    writeFileSync(join(partial, FIRST_PASSWORD), Buffer.concat([password, Buffer.from('\n')]), {
      mode: 0o600,
    });
    built.push(FIRST_PASSWORD);
  }
  putInPlace(home, built);
  if (request.terminal) tell(password);
  for (const secret of [password, ...Object.values(components)]) secret.fill(0);
}

interface Makings {
  readonly partial: string;
  readonly components: ReturnType<typeof makeComponents>;
  readonly password: Buffer;
  readonly demo: DemoAccount | null;
}

async function makeVault(
  request: InitialiseRequest,
  { partial, components, password, demo }: Makings,
): Promise<void> {
  const folder = join(partial, 'vault');
  mkdirSync(folder, { mode: 0o700 });
  const masterKey = await newMasterKey(request, join(folder, 'master.key'));
  await createVault({
    path: join(folder, 'vault.db'),
    masterKey,
    administratorPassword: password,
    mustChange: true,
    components,
    bastion: request.bastion,
    ...(demo === null ? {} : { demo }),
  });
  demo?.password.fill(0);
  give(folder, request.accounts?.vault ?? null);
  if (masterKey.kind === 'new-file' && request.accounts !== null)
    chownSync(masterKey.path, request.accounts.vault.uid, request.accounts.vault.gid);
}

/** The only time that anybody sees it: straight to the terminal, never through a string. */
function tell(password: Buffer): void {
  writeSync(
    1,
    Buffer.concat([
      Buffer.from("\nAdministrator's password for the first login, shown only now:\n\n    "),
      password,
      Buffer.from('\n'),
    ]),
  );
}
