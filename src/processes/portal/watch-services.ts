import { socketPath } from '#/contract/sockets.js';
import { done } from '#/domain/outcome.js';
import type { PortalServices } from '#/portal/services.js';
import type { Ask } from './manage-services.js';
import { openReplay } from './replay-link.js';

/** What is done with running sessions, as calls of the vault and words to the monitor. */
export function watchServices(
  ask: Ask,
  run: string,
): Pick<PortalServices, 'watch' | 'endSession' | 'suspendSession' | 'resumeSession' | 'messageSession'> {
  return {
    endSession: (sessionId, reason) => ask('person.endSession', { sessionId, reason }),
    suspendSession: (sessionId, reason, frozen) =>
      ask('person.suspendSession', { sessionId, reason, frozen }),
    resumeSession: (sessionId) => ask('person.resumeSession', { sessionId }),
    messageSession: (sessionId, text) => ask('person.messageSession', { sessionId, text }),
    watch(sessionId, size, listener) {
      const link = openReplay({
        path: socketPath(run, 'monitor'),
        opening: async () => {
          const granted = await ask('person.watch', { sessionId });
          return granted.ok ? done({ type: 'watch', ...granted.value, sessionId, ...size }) : granted;
        },
        listener,
      });
      const takeOver = async (): Promise<void> => {
        const granted = await ask('person.control', { sessionId });
        if (granted.ok) link.send({ type: 'control', permit: granted.value.permit });
        else listener({ type: 'no-control', failure: granted.failure });
      };
      return {
        send: (command) => link.send(command),
        close: () => link.close(),
        takeOver: () => void takeOver(),
        handBack: () => link.send({ type: 'hand-back' }),
        type: (bytes) => link.type(bytes),
      };
    },
  };
}
