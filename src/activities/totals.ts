import type { TransferProtocol } from '#/domain/activity.js';
import type { Observer } from './observer.js';

/** Follows nothing but how much went to and fro. */
export function observeTotals(protocol: TransferProtocol, command: string): Observer {
  let [toTarget, fromTarget] = [0, 0];
  return {
    toTarget(bytes) {
      toTarget += bytes.length;
      return [];
    },
    fromTarget(bytes) {
      fromTarget += bytes.length;
      return [];
    },
    end: () => [{ kind: 'totals', protocol, command, toTarget, fromTarget }],
  };
}
