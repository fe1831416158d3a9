import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createJournal } from '#/audit/journal.js';
import { parsePublicKey } from '#/authentication/public-key.js';
import { installation } from '#/configuration/home.js';
import type { ChildSettings } from '#/contract/orders.js';
import { socketPath } from '#/contract/sockets.js';
import { openStore } from '#/store/open-store.js';
import { authenticator } from '#/vault/authenticator.js';

import { createComponentBook } from '#/vault/component-book.js';

import { directoryLink } from '#/vault/directory/link.js';

import { forgetChangedPassword } from '#/vault/first-password.js';
import { createFollowers } from '#/vault/followers.js';
import { createHeadCopies, type HeadCopies } from '#/vault/head-copies.js';
import { createHosts } from '#/vault/hosts.js';
import { createKeyring } from '#/vault/keyring.js';
import { createLiveFacts } from '#/vault/live-facts.js';
import { openWithFile } from '#/vault/open-vault.js';
import { createPermits } from '#/vault/permits.js';
import type { VaultSocket } from '#/vault/roles.js';
import { serve } from '#/vault/serve.js';
import { createSharedLogins } from '#/vault/shared-logins.js';
import { createTickets } from '#/vault/tickets.js';
import type { Vault, VaultSettings } from '#/vault/vault.js';
import { createWatches } from '#/vault/watches.js';
import { type Conductor, logLine, runChild, type Supervisor } from './shared/child.js';

const SOCKETS = [
  'vault-portal',
  'vault-session',
  'vault-recorder',
  'vault-monitor',
  'admin',
] as const satisfies readonly VaultSocket[];
const MASTER_KEY = 'master.key';
const DATABASE = 'vault.db';

runChild(async (settings, supervisor) => {
  const { vault, sealed } = await openVault(settings, supervisor);
  await note(vault, 'daemonStarted', sealed ? 'the vault, sealed' : 'the vault');
  void forgetChangedPassword(vault).catch((error: unknown) => logLine('the first password', error));
  const service = serve(vault, logLine);
  const servers = SOCKETS.map((name) => supervisor.listen(name, (socket) => service.accept(name, socket)));
  return conductor(vault, () => {
    for (const server of servers) server.close();
    service.stop();
  });
});

/** Opens the database and the key to it. A lost or wrong key, a newer database: it throws the reason, and nothing was written. */
async function openVault(
  settings: ChildSettings,
  supervisor: Supervisor,
): Promise<{ readonly vault: Vault; readonly sealed: boolean }> {
  const opened = openStore({ path: join(settings.paths.vault, DATABASE), create: false });
  if (!opened.ok) throw new Error(opened.why);
  const { store } = opened;
  if (opened.backup !== null)
    logLine('the database was brought to this version', { from: opened.migratedFrom, backup: opened.backup });
  const tools = { now: Date.now, random: randomBytes };
  const keyring = createKeyring(tools.random);
  const unsealed = await openWithFile(
    { store, keyring },
    settings.paths.masterKey ?? join(settings.paths.vault, MASTER_KEY),
  );
  if (!unsealed.ok) {
    await store.close();
    throw new Error(`${unsealed.failure.message} ${unsealed.failure.next}`);
  }
  const vault: Vault = {
    ...tools,
    settings: vaultSettings(settings),
    store,
    keyring,
    journal: createJournal({ bastion: settings.bastion, now: tools.now, sign: (text) => keyring.sign(text) }),
    headCopies: copiesAt(settings.configuration.auditHeadsPath),
    permits: createPermits(tools),
    sharedLogins: createSharedLogins(tools.now),
    tickets: createTickets(tools),
    watches: createWatches(tools),
    followers: createFollowers(Date.now),
    facts: createLiveFacts(),
    hosts: createHosts(),
    components: createComponentBook(tools.now),
    connections: new Set(),
    authentication: authenticator({ store, ...tools, authorities: authoritiesOf(settings) }),
    directory: directoryLink(() => connect(socketPath(settings.run, 'directory'))),
    order: (order) => supervisor.order(order),
    patience: { lostHost: 1500, start: 5000 },
  };
  return { vault, sealed: unsealed.value === 'sealed' };
}

/** The keys whose user certificates count. One that cannot be read must not silently count for nothing. */
function authoritiesOf({ configuration }: ChildSettings): readonly string[] {
  return configuration.userCertificateAuthorities.map((line) => {
    const read = parsePublicKey(line);
    if (!read.ok) throw new Error(`config.json, userCertificateAuthorities: ${read.why}`);
    return read.key.base64;
  });
}

function copiesAt(path: string | undefined): HeadCopies | null {
  return path === undefined ? null : createHeadCopies(path);
}

function vaultSettings({
  paths,
  configuration,
  bastion,
  sessionHosts,
  isolation,
  minimumIsolation,
}: ChildSettings): VaultSettings {
  const { branding, hostKeyPolicy, recordInput, spoolReserveMb, idleMinutes, maximumMinutes, graceMinutes } =
    configuration;
  return {
    version: version(),
    branding,
    bastion,
    sessionHosts,
    isolation: { level: isolation, minimum: minimumIsolation },
    policy: { idleMinutes, maximumMinutes, graceMinutes, hostKeyPolicy, recordInput },
    shadowUids: { first: configuration.shadowUidFirst, count: configuration.shadowUidCount },
    paths: {
      masterKey: paths.masterKey,
      masterKeyOnHost: paths.masterKeyOnHost,
      spool: paths.spool,
      recordings: paths.recordings,
    },
    spoolReserveMb,
    mostSessions: { all: configuration.maxSessions, person: configuration.maxSessionsPerUser },
    liveGroups: configuration.liveGroups,
    credentialRotationMinutes: configuration.credentialRotationMinutes,
  };
}

function version(): string {
  const about: unknown = JSON.parse(readFileSync(join(installation(), 'package.json'), 'utf8'));
  return typeof about === 'object' && about !== null && 'version' in about
    ? String(about.version)
    : 'unknown';
}

async function note(vault: Vault, action: 'daemonStarted' | 'daemonStopped', detail: string): Promise<void> {
  await vault.store.transaction((records) =>
    vault.journal.append(records.audit, { action, outcome: 'ok', actor: 'posternd', detail }),
  );
}

function conductor(vault: Vault, stop: () => void): Conductor {
  return {
    async drain() {
      await everybodyLeft(vault);
      await note(vault, 'daemonStopped', 'the vault').catch((error: unknown) =>
        logLine('the last audit row was not written', error),
      );
      stop();
      await vault.store.close();
    },
  };
}

/** Milliseconds that a vault waits for those who still have something to say. */
const LAST_WORDS = 10_000;

/**
 * In a drain the others leave first. When the supervisor was killed, all hear of it at once: session hosts then still
 * anchor the ends of their recordings here.
 */
async function everybodyLeft({ connections }: Vault): Promise<void> {
  const until = performance.now() + LAST_WORDS;
  const anybody = (): boolean => [...connections].some(({ socket }) => socket !== 'admin');
  while (anybody() && performance.now() < until) await sleep(20);
}
