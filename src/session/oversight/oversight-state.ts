/** What others do with a running session, as its owner sees it. Pure: one event after the other. */
export interface OversightState {
  readonly suspended: Suspension | null;
  /** Who has taken over the keyboard. */
  readonly typing: string | null;
  /** Shown one after the other, each until its reader takes it away. */
  readonly messages: readonly Message[];
  /** Lines that go away by themselves; keys pass meanwhile. */
  readonly notes: readonly Note[];
  /** Whom the session waits for; null: it goes on. */
  readonly company: Company | null;
}

/** An account that takes four eyes: nobody has joined yet, or the last one has left. */
export type Company =
  | { readonly kind: 'waiting' }
  /** Milliseconds since 1970: then it ends. */
  | { readonly kind: 'alone'; readonly until: number };

export interface Suspension {
  readonly by: string;
  readonly reason: string;
  /** The owner's picture stands still, too. */
  readonly frozen: boolean;
}
export interface Message {
  readonly by: string;
  readonly text: string;
  /** Milliseconds; since when it can be read, null: others are before it. */
  readonly since: number | null;
}
export interface Note {
  readonly text: string;
  /** Infinity: until it is taken back. */
  readonly until: number;
}

export const UNTOUCHED: OversightState = {
  suspended: null,
  typing: null,
  messages: [],
  notes: [],
  company: null,
};

export type OversightEvent =
  | ({ readonly type: 'suspend' } & Suspension)
  | { readonly type: 'resume' }
  | { readonly type: 'take'; readonly by: string }
  | { readonly type: 'hand-back' }
  | { readonly type: 'company'; readonly company: Company | null }
  | { readonly type: 'message'; readonly by: string; readonly text: string; readonly at: number }
  /** The owner pressed something while a message is shown. */
  | { readonly type: 'owner-key'; readonly bytes: Uint8Array; readonly at: number }
  | { readonly type: 'note'; readonly text: string; readonly until: number }
  | { readonly type: 'note-over'; readonly text: string }
  | { readonly type: 'time'; readonly at: number };

/** A message is not taken away by a key that was on its way when it came. */
export const READING = 700;
const MOST_MESSAGES = 20;
const MOST_NOTES = 3;

export function oversee(state: OversightState, event: OversightEvent): OversightState {
  switch (event.type) {
    case 'suspend':
      return { ...state, suspended: { by: event.by, reason: event.reason, frozen: event.frozen } };
    case 'resume':
      return { ...state, suspended: null };
    case 'take':
      return { ...state, typing: event.by };
    case 'hand-back':
      return { ...state, typing: null };
    case 'company':
      return { ...state, company: event.company };
    case 'message': {
      const since = state.messages.length === 0 ? event.at : null;
      const message = { by: event.by, text: event.text, since };
      return { ...state, messages: [...state.messages, message].slice(0, MOST_MESSAGES) };
    }
    case 'owner-key':
      return isTakenAway(state, event) ? withoutFirst(state, event.at) : state;
    case 'note': {
      const note = { text: event.text, until: event.until };
      // of too many those stay that are to be seen longest
      const notes = [...state.notes, note].toSorted((a, b) => a.until - b.until);
      return { ...state, notes: notes.slice(-MOST_NOTES) };
    }
    case 'note-over':
      return keepNotes(state, ({ text }) => text !== event.text);
    case 'time':
      return keepNotes(state, ({ until }) => until > event.at);
    default:
      return event satisfies never;
  }
}

/** What the owner's keys do now: reach the session, take a message away, give up waiting, or nothing. */
export function ownersKeys(state: OversightState): 'pass' | 'read' | 'give-up' | 'nothing' {
  const { suspended, typing, messages, company } = state;
  if (company !== null) return company.kind === 'waiting' ? 'give-up' : 'nothing';
  if (messages.length > 0) return 'read';
  return suspended !== null || typing !== null ? 'nothing' : 'pass';
}

/** While the session is frozen, nobody types. */
export function isFrozen({ company }: OversightState): boolean {
  return company !== null;
}

const ENTER: readonly number[] = [0x0d, 0x0a];

function isTakenAway(
  { messages: [first] }: OversightState,
  { bytes, at }: Extract<OversightEvent, { type: 'owner-key' }>,
): boolean {
  if (first === undefined || at < (first.since ?? at) + READING) return false;
  const isEscape = bytes.length === 1 && bytes[0] === 0x1b;
  return isEscape || bytes.some((byte) => ENTER.includes(byte));
}

function keepNotes(state: OversightState, stays: (note: Note) => boolean): OversightState {
  const notes = state.notes.filter(stays);
  return notes.length === state.notes.length ? state : { ...state, notes };
}

function withoutFirst(state: OversightState, at: number): OversightState {
  const [, next, ...rest] = state.messages;
  return { ...state, messages: next === undefined ? [] : [{ ...next, since: at }, ...rest] };
}
