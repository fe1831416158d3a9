import { oneLine } from '#/domain/failure.js';
import { type Cover, coverOf } from './cover-lines.js';
import {
  type Company,
  isFrozen,
  type OversightEvent,
  type OversightState,
  oversee,
  ownersKeys,
  UNTOUCHED,
} from './oversight-state.js';
import { createReportFilter } from './report-filter.js';

/** What others do with one session. */
export interface Oversight {
  readonly state: OversightState;
  suspend(suspension: { readonly by: string; readonly reason: string; readonly frozen: boolean }): void;
  resume(by: string): void;
  message(message: { readonly by: string; readonly text: string }): void;
  /** A line for a moment. */
  note(text: string): void;
  /** A line that stays until the result is called; keys pass meanwhile. */
  remind(text: string): () => void;
  /** Null: somebody else has taken over already. */
  takeOver(by: string, flow: Flow): TakenKeyboard | null;
  /** The session takes no more keys for now; it takes them again. */
  hold(held: boolean): void;
  /** The session waits for somebody to watch it, or goes on (null). */
  company(company: Company | null): void;
  /** Whether what the owner typed reaches the session. */
  ownerTyped(bytes: Buffer): boolean;
  /** Heard whenever something of it changed. */
  onChange(listener: () => void): () => void;
  stop(): void;
}

/** Stops and restarts whoever types. */
export interface Flow {
  readonly pause: () => void;
  readonly resume: () => void;
}

/** The keyboard in somebody else's hands. */
export interface TakenKeyboard {
  type(bytes: Buffer): void;
  handBack(): void;
}

export interface OversightOptions {
  readonly now: () => number;
  /** On the tape. */
  readonly mark: (label: string) => void;
  /** Over the owner's picture; null: nothing. */
  readonly cover: (cover: Cover | null) => void;
  /** Keys of who has taken over. */
  readonly typed: (bytes: Buffer) => void;
  /** The owner waits no longer for company. */
  readonly giveUp: () => void;
}

/** Milliseconds that a note is shown. */
const NOTE = 5000;

export function startOversight(options: OversightOptions): Oversight {
  const { now, mark } = options;
  let state = UNTOUCHED;
  let taken: { readonly keyboard: TakenKeyboard; readonly flow: Flow } | null = null;
  const listeners = new Set<() => void>();
  const timers = new Set<NodeJS.Timeout>();
  const does = (event: OversightEvent): void => {
    const before = state;
    state = oversee(state, event);
    if (state === before) return;
    options.cover(coverOf(state));
    for (const listener of [...listeners]) listener();
  };
  return {
    get state() {
      return state;
    },
    suspend(suspension) {
      mark(`suspended by ${suspension.by}: ${suspension.reason}`);
      does({ type: 'suspend', ...suspension, reason: sentence(suspension.reason) });
    },
    resume(by) {
      if (state.suspended === null) return;
      mark(`resumed by ${by}`);
      does({ type: 'resume' });
    },
    message(message) {
      mark(`message from ${message.by}: ${message.text}`);
      does({ type: 'message', ...message, at: now() });
    },
    note(text) {
      does({ type: 'note', text, until: now() + NOTE });
      const timer = setTimeout(() => {
        timers.delete(timer);
        does({ type: 'time', at: now() });
      }, NOTE + 50);
      timers.add(timer);
    },
    remind(text) {
      mark(text);
      does({ type: 'note', text, until: Infinity });
      return () => does({ type: 'note-over', text });
    },
    hold(held) {
      if (held) taken?.flow.pause();
      else taken?.flow.resume();
    },
    takeOver(by, flow) {
      if (taken !== null) return null;
      mark(`${by} takes over the keyboard`);
      const filter = createReportFilter();
      const mine: TakenKeyboard = {
        type(bytes) {
          const keys = filter.keys(bytes);
          if (taken?.keyboard === mine && keys.length > 0 && !isFrozen(state)) options.typed(keys);
        },
        handBack() {
          if (taken?.keyboard !== mine) return;
          taken = null;
          flow.resume();
          mark(`${by} hands back the keyboard`);
          does({ type: 'hand-back' });
        },
      };
      taken = { keyboard: mine, flow };
      does({ type: 'take', by });
      return mine;
    },
    company(company) {
      if (company?.kind !== state.company?.kind) mark(companyMark(company));
      does({ type: 'company', company });
    },
    ownerTyped(bytes) {
      const rule = ownersKeys(state);
      if (rule === 'give-up' && bytes.includes(CTRL_C)) options.giveUp();
      if (rule === 'read') does({ type: 'owner-key', bytes, at: now() });
      return rule === 'pass';
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    stop() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}

const CTRL_C = 0x03;

function companyMark(company: Company | null): string {
  if (company === null) return 'four eyes: somebody watches';
  return company.kind === 'waiting'
    ? 'four eyes: waiting for somebody to watch'
    : 'four eyes: frozen, nobody watches any more';
}

/** A reason reads as a sentence of its own. */
function sentence(text: string): string {
  const line = oneLine(text).trim();
  return /[.!?…]$/.test(line) ? line : `${line}.`;
}
