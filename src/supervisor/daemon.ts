import { join } from 'node:path';
import { openLog, type Log } from '#/house/log.js';
import { orderKeeper } from './orders.js';
import { demoKeeper } from './demo.js';
import type { Host } from './host.js';
import { type House, openHouse } from './house.js';
import { initialise, isInitialised } from './initialise.js';
import { levelOf, type Trial, tryIsolation } from './isolation.js';
import { copyCredential, keyForVault, outsideKey } from './master-key.js';
import { reductions } from './reductions.js';
import { makeRunDirectory } from './run-directory.js';
import { sshBinds } from './ssh-binds.js';
import { type Status, writeStatus } from './status.js';
import type { ChildState } from './supervised-child.js';
import { waitForSurvivors } from './wait-for-survivors.js';

export interface Daemon {
  readonly trials: readonly Trial[];
  readonly reduced: readonly string[];
  readonly demo: string | null;
  ready(): Promise<void>;
  /** Empties the house; resolves when everybody has left. */
  stop(): Promise<void>;
  /** Ends everybody at once. */
  kill(): void;
}

export interface DaemonOptions {
  readonly host: Host;
  /** We are in a mount namespace of our own. */
  readonly namespace: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly say: (line: string) => void;
  /** Where the log goes beside its file; absent: nowhere. */
  readonly alsoLogTo?: (line: string) => void;
}

/** Brings the house up: a home, the run directory, the isolation that this host gives, then every process. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { host, namespace, env, say } = options;
  const { configuration, run, accounts, root } = host;
  const now = (): Date => new Date();
  const log = openLog({ path: join(host.home, 'logs/postern.log'), now, ...(options.alsoLogTo === undefined ? {} : { alsoTo: options.alsoLogTo }) });
  const outside = outsideKey(configuration, env);
  if (!isInitialised(host.home)) await initialise(host, outside);
  await waitForSurvivors(run, (configuration.drainSeconds + 5) * 1000, say);
  const session = accounts?.session ?? null;
  const credential = configuration.masterKeyMode === 'systemd-credential' ? outside : null;
  makeRunDirectory({ ...host, masterKey: credential === null ? outside : null }, { namespace, root, session: session ?? { uid: 0, gid: 0 } });
  if (credential !== null) copyCredential(credential, join(run, 'master.key'), accounts);

  const shadow = host.range.first + host.range.count - 1;
  const trials = await tryIsolation({ run, session, uid: root ? shadow : selfUid(), gid: root ? shadow : selfGid() });
  const isolation = levelOf(trials);
  const facts = { run, bastion: host.bastion, isolation, range: host.range, masterKey: keyForVault(run, configuration, outside), configuration };
  const onOrder = orderKeeper({ run, level: isolation, range: host.range, limitMb: configuration.profileLimitMb, binds: sshBinds(isolation), root, now });

  const reduced = reductions({ root, namespace, trials, minimum: configuration.minimumIsolation });
  const status = { pid: process.pid, startedAt: now().toISOString(), listen: `${host.address.address}:${host.address.port}`, home: host.home, recordings: host.recordings, root, isolation, minimumIsolation: configuration.minimumIsolation, isolationTrials: trials, reduced };
  const state = { now: 'starting' as Status['state'] };
  const keepers: { house?: House; demo?: ReturnType<typeof demoKeeper> } = {};
  const changed = (): void => writeStatus(run, { ...status, state: state.now }, childrenOf(keepers));
  const onEvent = (name: string, what: string): void => {
    log.event(what, { child: name });
    changed();
  };
  for (const line of reduced) log.event('reduced', { line });
  keepers.house = openHouse({ facts, accounts, door: host.door, onOrder, onOutput: log.follow, onEvent });
  keepers.demo = demoKeeper({ host, namespace, onOutput: log.follow, onEvent });
  changed();
  return {
    trials,
    reduced,
    demo: keepers.demo.account,
    async ready() {
      await keepers.house?.ready();
      state.now = 'ready';
      log.event('ready', { listen: status.listen, isolation });
      changed();
    },
    stop: async () => {
      state.now = 'stopping';
      log.event('stopping');
      changed();
      await closeAll(keepers, configuration.drainSeconds * 1000, log);
      state.now = 'stopped';
      changed();
    },
    kill: () => {
      keepers.house?.kill();
      keepers.demo?.kill();
    },
  };
}

async function closeAll(keepers: { readonly house?: House; readonly demo?: ReturnType<typeof demoKeeper> }, limit: number, log: Log): Promise<void> {
  await keepers.house?.drain(limit);
  await keepers.demo?.stop();
  log.event('stopped');
}

function childrenOf({ house, demo }: { readonly house?: House; readonly demo?: ReturnType<typeof demoKeeper> }): readonly ChildState[] {
  return [...(house?.states() ?? []), ...(demo?.states() ?? [])];
}

function selfUid(): number {
  return process.getuid?.() ?? 0;
}

function selfGid(): number {
  return process.getgid?.() ?? 0;
}
