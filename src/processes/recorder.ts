import { setTimeout as sleep } from 'node:timers/promises';
import { socketPath } from '#/contract/sockets.js';
import { done } from '#/domain/outcome.js';
import { componentCredential } from '#/house/component-credential.js';
import { removeLeaving } from '#/recorder/removals.js';
import { watchSpool } from '#/recorder/spool.js';
import { logLine, runChild } from './shared/child.js';
import { VaultLink } from './shared/vault-link.js';

/** Milliseconds between two questions for recordings that were deleted. */
const REMOVALS = 5000;

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
  const stop = new AbortController();
  const remove = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await removeLeaving({
        spool: paths.spool,
        recordings: paths.recordings,
        leaving: async () => {
          const answer = await vault.ask('recording.leaving', {});
          return answer.ok ? done(answer.value.value) : answer;
        },
        removed: (recordingId) => vault.ask('recording.removed', { recordingId }),
        log: logLine,
      }).catch((error: unknown) => logLine('removing deleted recordings', error));
      await sleep(REMOVALS, undefined, { ref: false, signal: stop.signal }).catch(() => undefined);
    }
  };
  // not waited for at the end: a file that is not removed now is removed next time
  void remove();
  return Promise.resolve({
    serving: vault.tried,
    drain: async () => {
      stop.abort();
      await spool.stop();
      vault.stop();
    },
  });
});
