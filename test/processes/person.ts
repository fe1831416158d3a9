import { PassThrough } from 'node:stream';
import { DELIMITERS } from '#/domain/destination.js';
import type { TerminalSize } from '#/domain/session.js';
import { type Requests, requests, type TerminalRequest } from '#/door/late-requests.js';
import type { HostKeyDecision, SessionHooks } from '#/portal/services.js';
import { type ServedPerson, servePerson } from '#/processes/portal/services.js';
import { type House, loggedIn } from './house.js';

export const size = { columns: 80, rows: 24 };

/** Alice, logged in, on a terminal that only writes down what is said about her. */
export function openPerson(
  house: House,
  marks: string[],
  asked: Requests<TerminalRequest> = requests(),
): ServedPerson {
  return servePerson({
    vault: house.vault,
    run: house.run,
    login: loggedIn,
    delimiters: DELIMITERS,
    onLive: (live) => marks.push(live ? 'live' : 'menu'),
    terminal: {
      from: '192.0.2.7',
      via: 'ssh',
      term: 'xterm-kitty',
      lang: 'C.UTF-8',
      env: new Map(),
      user: 'alice',
      cameTo: null,
      offerPages: null,
      onRequest: asked.on,
      lends: () => new Map(),
      direct: null,
      reason: null,
      reasonGiven: (reason) => marks.push(`because ${reason}`),
      identified: () => marks.push('identified'),
      forgotten: () => marks.push('forgotten'),
      attemptRefused: () => marks.push('refused'),
    },
  });
}

export interface Stage {
  readonly hooks: SessionHooks;
  readonly stages: string[];
  readonly abort: AbortController;
  readonly input: PassThrough;
  readonly output: PassThrough;
  readonly shown: Buffer[];
  resize(size: TerminalSize): void;
}

/** The screens' side of a session. `decide` answers about a host key. */
export function stage(decide: HostKeyDecision = 'refuse'): Stage {
  const stages: string[] = [];
  const abort = new AbortController();
  const input = new PassThrough();
  const output = new PassThrough({ highWaterMark: 16 * 1024 });
  const shown: Buffer[] = [];
  const listeners = new Set<(size: TerminalSize) => void>();
  let now: TerminalSize = size;
  return {
    stages,
    abort,
    input,
    output,
    shown,
    resize(next) {
      now = next;
      for (const listener of listeners) listener(next);
    },
    hooks: {
      signal: abort.signal,
      onStage: (number, state) => stages.push(`${number} ${state}`),
      askHostKey: async ({ fingerprint }) => {
        stages.push(`asked ${fingerprint}`);
        return decide;
      },
      takeTerminal: (lend) =>
        lend({
          input,
          output,
          size: () => now,
          onResize: (listener) => {
            listeners.add(listener);
            return () => listeners.delete(listener);
          },
        }),
    },
  };
}
