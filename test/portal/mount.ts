import { onTestFinished } from 'vitest';
import type { PortalEnd } from '#/portal/direct-end.js';
import { openPortal, type PortalOptions } from '#/portal/open-portal.js';
import type { PortalServices } from '#/portal/services.js';
import { TestTerminal } from '../helpers/terminal.ts';
import { alice, fakeServices, NOW } from './fake-services.ts';

export interface Mounted {
  readonly terminal: TestTerminal;
  readonly services: ReturnType<typeof fakeServices>;
  readonly finished: Promise<PortalEnd>;
  /** Lets every timer of the portal run once. */
  readonly tick: () => void;
  readonly notify: (text: string) => void;
  readonly close: () => void;
}

export interface MountOptions extends Partial<Omit<PortalOptions, 'services'>> {
  readonly services?: Partial<PortalServices>;
  readonly columns?: number;
  readonly rows?: number;
  /** Shows the login screen instead of alice's accounts. */
  readonly stranger?: boolean;
}

/** The portal on a terminal of its own, with services that are a plain object and a clock that stands still. */
export function mount({
  services: more = {},
  columns = 80,
  rows = 24,
  stranger = false,
  ...options
}: MountOptions = {}): Mounted {
  const terminal = new TestTerminal(columns, rows);
  const services = fakeServices(more);
  const timers = new Set<() => void>();
  const portal = openPortal({
    input: terminal.input,
    output: terminal.output,
    size: terminal.size,
    prefilledUser: 'alice',
    ...(stranger ? {} : { loggedIn: alice }),
    services,
    clock: {
      now: () => NOW,
      every(_ms, run) {
        timers.add(run);
        return () => void timers.delete(run);
      },
    },
    env: { color: 'none', unicode: true },
    ...options,
  });
  onTestFinished(async () => {
    portal.close();
    await portal.finished;
  });
  return {
    terminal,
    services,
    finished: portal.finished,
    notify: portal.notify,
    close: portal.close,
    tick: () => [...timers].forEach((run) => run()),
  };
}
