import type { Socket } from 'node:net';
import { setPriority } from 'node:os';
import { socketPath } from '#/contract/sockets.js';
import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import { componentCredential } from '#/house/component-credential.js';
import type { ReplayVault } from '#/monitor/open-recording.js';
import { createPlaces } from '#/monitor/places.js';
import type { SearchVault } from '#/monitor/search/search-recordings.js';
import { serveViewer } from '#/monitor/serve-viewer.js';
import { logLine, runChild } from './shared/child.js';
import { VaultLink } from './shared/vault-link.js';

/** Milliseconds: portals and the command line ask as soon as they are connected. */
const ASKING = 10_000;
/** Each has a model of a terminal in this one process. */
const VIEWERS = 100;
const REPLAYS_OF_PERSON = 10;
/** Each has a thread of its own. */
const SEARCHES_OF_PERSON = 2;

/** Who looks on never takes the processor away from who works. */
const NICE = 5;

/** PSMAdminConnect: opens one recording against one permit, and shows nothing but harmless cells, or exports it. */
runChild((settings, supervisor) => {
  setPriority(NICE);
  const { run, paths } = settings;
  const link = new VaultLink({
    path: socketPath(run, 'vault-monitor'),
    components: [componentCredential({ credentials: paths.credentials, component: 'PSMAdminConnect' })],
  });
  const viewers = new Set<Socket>();
  const parts = {
    vault: replayVault(link),
    searching: searchVault(link),
    recordings: paths.recordings,
    clock: () => performance.now(),
    limits: {
      asking: ASKING,
      all: createPlaces(VIEWERS),
      person: createPlaces(REPLAYS_OF_PERSON),
      searches: createPlaces(SEARCHES_OF_PERSON),
    },
    log: logLine,
    hostPath: (host: number) => socketPath(run, 'session-watch', host),
  };
  const servers = (['monitor', 'monitor-admin'] as const).map((name) =>
    supervisor.listen(name, (socket) => {
      viewers.add(socket);
      socket.once('close', () => viewers.delete(socket));
      serveViewer(socket, parts, name === 'monitor-admin' ? 'console' : 'portal');
    }),
  );
  return Promise.resolve({
    serving: link.tried,
    drain: () => {
      for (const server of servers) server.close();
      for (const socket of viewers) socket.destroy();
      link.stop();
      return Promise.resolve();
    },
  });
});

function searchVault(link: VaultLink): SearchVault {
  return {
    redeem: async (permit) => {
      const answer = await link.ask('search.redeem', { permit });
      return answer.ok ? done(answer.value.value) : answer;
    },
    page: async (search, after) => {
      const answer = await link.ask('search.page', { search, after });
      if (!answer.ok) return answer;
      const { value: page, blob: keys = Buffer.alloc(0) } = answer.value;
      return keys.length === page.rows.length * 32
        ? done({ page, keys })
        : failed(failure('PROTOCOL', 'keys were promised'));
    },
  };
}

function replayVault(link: VaultLink): ReplayVault {
  return {
    redeem: async (permit) => {
      const answer = await link.ask('replay.redeem', { permit });
      return answer.ok ? done(answer.value.value) : answer;
    },
    goesOn: async (permit) => {
      const answer = await link.ask('replay.goesOn', { permit });
      return answer.ok ? done(answer.value.value) : answer;
    },
    over: (permit) => void link.ask('replay.over', { permit }),
    key: async (permit, ephemeral) => {
      const answer = await link.ask('replay.key', { permit, ephemeral });
      if (!answer.ok) return answer;
      return answer.value.blob === undefined
        ? failed(failure('PROTOCOL', 'a key was promised'))
        : done(answer.value.blob);
    },
  };
}
