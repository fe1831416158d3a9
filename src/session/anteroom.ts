import { clampSize, type TerminalSize } from '#/domain/session.js';
import type { Control } from './control.js';
import type { PortalLink } from './portal-link.js';

/** Listens to the portal while the session is being set up, before there is a terminal. */
export interface Anteroom {
  readonly size: TerminalSize;
  /** Resolves true when the person has decided about the host key, false when nobody will. */
  decided(): Promise<boolean>;
}

const LONGEST_DECISION = 5 * 60_000;

/** A person who leaves now leaves for good: there is nothing to come back to. What is typed now is for nobody. */
export function enterAnteroom(link: PortalLink, first: TerminalSize, control: Control): Anteroom {
  let size = first;
  let decide: ((decided: boolean) => void) | null = null;
  link.listen({
    message(message) {
      if (message.type === 'resize') size = clampSize(message.columns, message.rows);
      if (message.type === 'host-key-decided') decide?.(true);
      if (message.type === 'end') control.end({ kind: 'owner-ended' });
    },
    data: () => undefined,
    drain: () => undefined,
    gone: () => control.end({ kind: 'owner-lost', minutes: 0 }),
  });
  return {
    get size() {
      return size;
    },
    decided() {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const timer = setTimeout(() => resolve(false), LONGEST_DECISION);
      control.signal.addEventListener('abort', () => resolve(false), { once: true });
      decide = resolve;
      return promise.finally(() => clearTimeout(timer));
    },
  };
}
