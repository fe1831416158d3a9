import type { ChildSettings } from '#/contract/orders.js';
import { socketPath } from '#/contract/sockets.js';
import { DELIMITERS, type Delimiters } from '#/domain/destination.js';
import { readHostKey } from '#/door/host-key.js';
import { type DoorLimits, OPENSSH_LIMITS } from '#/door/limits.js';
import { openLoginShellDoor } from '#/door/login-shell-door.js';
import { openSshDoor } from '#/door/ssh-door.js';
import { OPENSSH_STARTUPS, parseStartups } from '#/door/startups.js';
import type { Terminal } from '#/door/terminal.js';
import { componentCredential } from '#/house/component-credential.js';
import { doorQuestions } from './portal/door-questions.js';
import { serveForward } from './portal/run-forward.js';
import { serveListen } from './portal/run-listen.js';
import { openDesk } from './portal/serve-desk.js';
import { serveDirect } from './portal/serve-direct.js';
import { serveTerminal } from './portal/serve-terminal.js';
import { type Conductor, logLine, runChild, type Supervisor } from './shared/child.js';
import { VaultLink } from './shared/vault-link.js';

const RESTARTING = 'Postern is restarting. Your sessions live on: connect again in a moment.';
/** How long people may take to read it. */
const PATIENCE = 2000;

/** The portal: the only process that parses bytes from strangers. Works as PVWAApp, and for people as PVWAGW. */
async function start(settings: ChildSettings, supervisor: Supervisor): Promise<Conductor> {
  const { run, paths } = settings;
  // Ink listens for the end of the process once a portal: many people are no leak
  process.setMaxListeners(0);
  const vault = new VaultLink({
    path: socketPath(run, 'vault-portal'),
    components: (['PVWAApp', 'PVWAGW'] as const).map((component) =>
      componentCredential({ credentials: paths.credentials, component }),
    ),
  });
  const draining = new AbortController();
  const delimiters = delimitersOf(settings);
  const serving = new Set<Promise<unknown>>();
  const serve = (terminal: Terminal): Promise<number> => {
    const served = serveTerminal(terminal, {
      vault,
      run,
      delimiters,
      log: logLine,
      draining: draining.signal,
    });
    serving.add(served);
    return served.finally(() => serving.delete(served));
  };
  const common = {
    limits: limitsOf(settings),
    chance: { now: () => performance.now() / 1000, random: Math.random },
    serve,
    log: logLine,
  };
  const ssh = openSshDoor({
    ...common,
    hostKey: readHostKey(paths.hostKeys),
    questions: doorQuestions(vault, delimiters),
    delimiters,
    serveDirect: (visit) => serveDirect(visit, { vault, run, delimiters }),
    serveForward: (visit) => serveForward(visit, { vault, run, delimiters }),
    serveListen: (visit) => serveListen(visit, { vault, run, delimiters }),
    abandon: ({ ticket }) => void vault.ask('person.logout', { ticket }),
  });
  const shell = openLoginShellDoor(common);
  const desk = openDesk({
    vault,
    monitor: socketPath(run, 'monitor'),
    limits: common.limits,
    chance: common.chance,
  });
  const servers = [
    supervisor.listen('ssh', (socket) => ssh.accept(socket)),
    supervisor.listen('shell', (socket) => shell.accept(socket)),
    supervisor.listen('desk', (socket) => desk.accept(socket)),
  ];
  return {
    serving: vault.tried,
    async drain() {
      for (const server of servers) server.close();
      draining.abort(RESTARTING);
      await Promise.race([Promise.allSettled(serving), timeout(PATIENCE)]);
      await timeout(READ);
      ssh.close();
      shell.close();
      desk.close();
      vault.stop();
    },
  };
}

/** The last bytes to be flushed to clients. */
const READ = 200;

function timeout(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function limitsOf({ configuration }: ChildSettings): DoorLimits {
  return {
    ...OPENSSH_LIMITS,
    loginGrace: configuration.loginGraceSeconds * 1000,
    keepAlive: configuration.keepAliveSeconds * 1000,
    startups: parseStartups(configuration.maxStartups) ?? OPENSSH_STARTUPS,
  };
}

function delimitersOf({ configuration: { userNameDelimiters: typed } }: ChildSettings): Delimiters {
  const [parts = DELIMITERS.parts, detail = DELIMITERS.detail] = typed;
  return { parts, detail };
}

runChild(start);
