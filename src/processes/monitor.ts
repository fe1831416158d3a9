import type { Socket } from 'node:net';
import { socketPath } from '#/contract/sockets.js';
import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import { componentCredential } from '#/house/component-credential.js';
import type { ReplayVault } from '#/monitor/open-recording.js';
import { serveViewer } from '#/monitor/serve-viewer.js';
import { logLine, runChild } from './shared/child.js';
import { VaultLink } from './shared/vault-link.js';

/** PSMAdminConnect: opens one recording against one permit, and shows nothing but harmless cells, or exports it. */
runChild((settings, supervisor) => {
  const { run, paths } = settings;
  const link = new VaultLink({
    path: socketPath(run, 'vault-monitor'),
    components: [componentCredential({ credentials: paths.credentials, component: 'PSMAdminConnect' })],
  });
  const viewers = new Set<Socket>();
  const parts = {
    vault: replayVault(link),
    recordings: paths.recordings,
    clock: () => performance.now(),
    log: logLine,
    hostPath: (host: number) => socketPath(run, 'session-watch', host),
  };
  const servers = (['monitor', 'monitor-admin'] as const).map((name) =>
    supervisor.listen(name, (socket) => {
      viewers.add(socket);
      socket.once('close', () => viewers.delete(socket));
      serveViewer(socket, parts);
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

function replayVault(link: VaultLink): ReplayVault {
  return {
    redeem: async (permit) => {
      const answer = await link.ask('replay.redeem', { permit });
      return answer.ok ? done(answer.value.value) : answer;
    },
    key: async (permit, ephemeral) => {
      const answer = await link.ask('replay.key', { permit, ephemeral });
      if (!answer.ok) return answer;
      return answer.value.blob === undefined
        ? failed(failure('PROTOCOL', 'a key was promised'))
        : done(answer.value.blob);
    },
  };
}
