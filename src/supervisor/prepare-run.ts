import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { OrderResult } from '#/contract/orders.js';
import type { Host } from './host.js';
import { initialise, isInitialised } from './initialise.js';
import { levelOf, type Trial, tryIsolation } from './isolation.js';
import { copyCredential, keyForVault, outsideKey } from './master-key.js';
import { orderKeeper } from './orders.js';
import { makeRunDirectory } from './run-directory.js';
import type { HouseFacts } from './settings.js';
import { SSH, sshBinds } from './ssh-binds.js';
import { waitForSurvivors } from './wait-for-survivors.js';

export interface RunOptions {
  readonly host: Host;
  /** We are in a mount namespace of our own. */
  readonly namespace: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly say: (line: string) => void;
  readonly now: () => Date;
}

/** Everything that has to be there before the first process: what they are told, and who carries out orders. */
export interface Run {
  readonly facts: HouseFacts;
  readonly trials: readonly Trial[];
  readonly onOrder: (order: unknown) => Promise<OrderResult>;
}

/** A drained process leaves within the drain's own limit; this is what it may be late. Milliseconds. */
const LATE = 5000;

/** Makes the home when it is new, then the run directory, then tries which isolation this host gives. */
export async function prepareRun({ host, namespace, env, say, now }: RunOptions): Promise<Run> {
  const { configuration, run, accounts, root, range } = host;
  const outside = outsideKey(configuration, env);
  if (!isInitialised(host.home)) await initialise(host, outside);
  await waitForSurvivors(run, configuration.drainSeconds * 1000 + LATE, say);
  const session = accounts?.session ?? null;
  const credential = configuration.masterKeyMode === 'systemd-credential' ? outside : null;
  const walls = { namespace, root, session: session ?? { uid: 0, gid: 0 } };
  makeRunDirectory({ ...host, masterKey: credential === null ? outside : null }, walls);
  if (credential !== null) copyCredential(credential, join(run, 'master.key'), accounts);

  const trials = await tryIsolation({ run, session, ...trialIdentity(host) });
  const isolation = levelOf(trials);
  const masterKey = keyForVault(run, configuration, outside);
  const masterKeyOnHost = masterKey === null ? null : (outside ?? join(host.home, 'vault/master.key'));
  const limitMb = configuration.profileLimitMb;
  return {
    trials,
    facts: { run, bastion: host.bastion, isolation, range, masterKey, masterKeyOnHost, configuration },
    // without a client program there are no sessions, and the trials have said why
    onOrder: orderKeeper({
      run,
      level: isolation,
      range,
      limitMb,
      binds: existsSync(SSH) ? sshBinds(isolation) : [],
      root,
      now,
      accounts,
    }),
  };
}

/** The last uid of the range: persons get theirs from the first on. */
function trialIdentity({ root, range }: Host): { readonly uid: number; readonly gid: number } {
  const last = range.first + range.count - 1;
  return root ? { uid: last, gid: last } : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
}
