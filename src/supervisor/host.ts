import { hostname } from 'node:os';
import { join } from 'node:path';
import { checkHome } from '#/configuration/check-home.js';
import { defaultRecordings } from '#/configuration/home.js';
import { type Address, parseListen, showAddress } from '#/configuration/listen.js';
import { readConfiguration, writeKey } from '#/configuration/read-configuration.js';
import type { Configuration } from '#/configuration/schema.js';
import { runDirectory } from '#/contract/sockets.js';
import { EXIT } from '#/domain/failure.js';
import { moveIntoFolders } from '#/house/credential-paths.js';
import { ensureServiceAccounts, type ServiceAccounts } from '#/house/service-accounts.js';
import { layoutOf, makeLayout } from './layout.js';
import { type Listener, openPort } from './listeners.js';
import { takeLock } from './lock.js';
import { Refusal } from './refusal.js';
import { claimUidRange, hostUids, type UidRange } from './uid-range.js';

/** A host on which this daemon may run: everything that two daemons could quarrel about is ours. */
export interface Host {
  readonly home: string;
  readonly run: string;
  readonly recordings: string;
  readonly installation: string;
  readonly configuration: Configuration;
  readonly root: boolean;
  readonly accounts: ServiceAccounts | null;
  readonly door: Listener;
  readonly address: Address;
  readonly range: UidRange;
  readonly bastion: string;
  /** Lets go of the lock; the uids stay the home's. */
  release(): void;
}

export interface HostOptions {
  readonly home: string;
  readonly installation: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly say: (line: string) => void;
}

const FIRST_UID = 2_000_000;
/** Survives a boot, as profiles and what they hold do. */
const CLAIMS = '/var/lib/postern-uids';

/** Reads and checks before anything is changed. Throws a Refusal that names every problem. */
export function checkedConfiguration({ home, env }: Pick<HostOptions, 'home' | 'env'>): Configuration {
  const configuration = readConfiguration(home, env);
  if (!configuration.ok) throw new Refusal(configuration.problems.join('\n'), EXIT.usage);
  return configuration.value;
}

export function takeHost(options: HostOptions, configuration: Configuration): Host {
  const { home, installation, say } = options;
  const uid = process.getuid?.() ?? 0;
  const root = uid === 0;
  const objection = checkHome(home, uid);
  if (objection !== null) throw new Refusal(objection);
  const lock = takeLock(join(home, 'lock'));
  if (!lock.ok)
    throw new Refusal(
      `another daemon (process ${lock.pid}) runs on ${home}; stop it first, or set POSTERN_HOME to another place`,
    );
  try {
    const { door, address } = openDoor(configuration);
    const accounts = root ? ensureServiceAccounts(say) : null;
    const recordings = configuration.recordings ?? defaultRecordings(home, installation);
    makeLayout(layoutOf(home, recordings, accounts), root);
    moveIntoFolders(join(home, 'credentials'));
    const range = root ? claimUids(home, configuration) : ownUids(configuration);
    return {
      home,
      installation,
      recordings,
      configuration,
      root,
      accounts,
      door,
      address,
      range,
      bastion: hostname(),
      run: runDirectory(home),
      release: () => lock.release(),
    };
  } catch (error) {
    lock.release();
    throw error instanceof Refusal
      ? error
      : new Refusal(error instanceof Error ? error.message : 'unknown failure');
  }
}

function openDoor({ listen }: Configuration): { readonly door: Listener; readonly address: Address } {
  const wanted = parseListen(listen);
  if (wanted === null) throw new Refusal(`listen: ${listen} is no address`, EXIT.usage);
  const door = openPort('ssh', wanted.address, wanted.port, showAddress(wanted));
  return { door, address: { address: wanted.address, port: door.port ?? wanted.port } };
}

/** A range that was not chosen is kept from now on: shadow uids stay the same for good. */
function claimUids(home: string, { shadowUidFirst, shadowUidCount }: Configuration): UidRange {
  const wanted = { first: shadowUidFirst ?? FIRST_UID, count: shadowUidCount };
  const claim = claimUidRange({
    directory: CLAIMS,
    wanted,
    chosen: shadowUidFirst !== undefined,
    home,
    ...hostUids(),
  });
  if (!claim.ok) throw new Refusal(claim.why);
  if (shadowUidFirst === undefined) writeKey(home, 'shadowUidFirst', claim.range.first);
  return claim.range;
}

function ownUids({ shadowUidFirst, shadowUidCount }: Configuration): UidRange {
  return { first: shadowUidFirst ?? FIRST_UID, count: shadowUidCount };
}
