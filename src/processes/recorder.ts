import { socketPath } from '#/contract/sockets.js';
import { done } from '#/domain/outcome.js';
import { componentCredential } from '#/house/component-credential.js';
import { watchSpool } from '#/recorder/spool.js';
import { logLine, runChild } from './shared/child.js';
import { VaultLink } from './shared/vault-link.js';

/** PSMApp: brings finished tapes from the spool to their recording safes, and has no key to any of them. */
runChild((settings) => {
  const { run, paths } = settings;
  const vault = new VaultLink({
    path: socketPath(run, 'vault-recorder'),
    components: [componentCredential({ credentials: paths.credentials, component: 'PSMApp' })],
  });
  const spool = watchSpool({
    spool: paths.spool,
    recordings: paths.recordings,
    pending: async () => {
      const answer = await vault.ask('recording.pending', {});
      return answer.ok ? done(answer.value.value) : answer;
    },
    stored: (tape) => vault.ask('recording.stored', tape),
    log: logLine,
    now: () => performance.now(),
  });
  return Promise.resolve({
    serving: vault.tried,
    drain: async () => {
      await spool.stop();
      vault.stop();
    },
  });
});
