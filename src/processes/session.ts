import type { KeyObject } from 'node:crypto';
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { ask } from '#/contract/ask.js';
import type { ChildSettings } from '#/contract/orders.js';
import type { RpcPeer } from '#/contract/rpc.js';
import { socketPath } from '#/contract/sockets.js';
import { componentCredential } from '#/house/component-credential.js';
import { openTape } from '#/recorder/tape.js';
import { endBox } from '#/session/box.js';
import { createLoginTurns } from '#/session/login-turns.js';
import { readPsmServer } from '#/session/proof.js';
import { createWorkerScreens } from '#/session/screen/worker-screens.js';
import { sweepSessionDirectories } from '#/session/session-directory.js';
import { createSessionHost, type SessionHost } from '#/session/session-host.js';
import { type FactTeller, startTellingFacts } from '#/session/tell-facts.js';
import { answerVault } from './session/answer-vault.js';
import { type Conductor, logLine, runChild, type Supervisor } from './shared/child.js';
import { VaultLink } from './shared/vault-link.js';

const DRAIN_PATIENCE = 8000;

/** The session host: PSMConnect's process, which asks the vault as PSMGW. */
async function start(settings: ChildSettings, supervisor: Supervisor): Promise<Conductor> {
  const box = { path: settings.paths.box };
  // boxes of a predecessor that was killed have ended with it; their directories have not
  for (const id of sweepSessionDirectories(settings.paths.sessions, settings.index)) await endBox(box, id);
  let psmServer: KeyObject | null = null;
  let host: SessionHost | null = null;
  let facts: FactTeller | null = null;
  const link = new VaultLink({
    path: socketPath(settings.run, 'vault-session'),
    components: [componentCredential({ credentials: settings.paths.credentials, component: 'PSMGW' })],
    handle: answerVault(() => host),
    onUp: async (peer) => {
      facts?.forget();
      psmServer = await greet(peer, settings.index, host?.running() ?? []);
    },
  });
  const screens = createWorkerScreens({ log: logLine });
  host = createSessionHost({
    index: settings.index,
    vault: link,
    psmServer: () => psmServer,
    openTape,
    screens,
    box,
    inside: join(dirname(settings.paths.box), 'postern-inside'),
    sessions: settings.paths.sessions,
    // of the ten that a target's sshd bears
    loginTurns: createLoginTurns(Math.max(1, Math.floor(8 / settings.sessionHosts))),
    keepAliveSeconds: settings.configuration.keepAliveSeconds,
    spool: settings.paths.spool,
    reserveBytes: settings.configuration.spoolReserveMb * 1024 * 1024,
    factsChanged: () => facts?.soon(),
    now: Date.now,
    random: randomBytes,
    log: logLine,
  });
  const running = host;
  facts = startTellingFacts(link, () => running.facts());
  const servers = [
    supervisor.listen('session', (socket) => running.receive(socket)),
    supervisor.listen('session-watch', (socket) => running.watched(socket)),
  ];
  return {
    serving: link.tried,
    async drain() {
      for (const server of servers) server.close();
      await running.drain(DRAIN_PATIENCE);
      facts?.stop();
      link.stop();
      await screens.close();
    },
  };
}

/** Tells the vault who we are and which sessions live here; gets the key that verifies portals. */
async function greet(peer: RpcPeer, host: number, running: string[]): Promise<KeyObject> {
  const hello = await ask(peer, 'session.hello', { host, running });
  if (!hello.ok) throw new Error(`session.hello: ${hello.failure.message}`);
  return readPsmServer(hello.value.value.psmServer);
}

runChild(start);
