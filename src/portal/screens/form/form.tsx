import { useEffect, useMemo } from 'react';
import type { Outcome } from '#/domain/outcome.js';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { createSecretEntry, type SecretEntry } from '../../secret-entry.js';
import { createStore, useStore } from '../../store.js';
import { formLines } from './form-lines.js';
import {
  askedFields,
  type Field,
  type FormAction,
  firstForm,
  firstProblem,
  formReducer,
} from './form-state.js';

/** What somebody filled in. */
export interface Filled {
  /** Without white space around it. */
  readonly text: (name: string) => string;
  /** Wiped by the form when its answer is there. */
  readonly secret: (name: string) => Buffer;
}

export interface FormProps {
  readonly title: string;
  readonly intro?: string;
  readonly fields: readonly Field[];
  /** What to say when it is done. */
  readonly submit: (filled: Filled) => Promise<Outcome<string>>;
  readonly onBack: () => void;
  readonly onDone: () => void;
}

/** A private key of RSA has more bytes than any password. */
const LONGEST_SECRET = 16_384;

/** A form that keeps what was typed until the vault said yes, secrets in buffers that are wiped when it closes. */
export function Form({ title, intro, fields, submit, onBack, onDone }: FormProps) {
  const { state: portal, after, failed } = usePortal();
  const room = useRoom();
  const { sign } = useTheme();
  const store = useMemo(() => createStore(formReducer(fields), firstForm(fields)), [fields]);
  const entries = useMemo(() => entriesOf(fields), [fields]);
  useEffect(() => () => [...entries.values()].forEach((entry) => entry.wipe()), [entries]);
  const state = useStore(store);
  const send = (action: FormAction): void => store.dispatch(action);

  /** What is typed goes into the field where one is; while the vault is asked, nowhere. */
  const edit = (action: FormAction, inSecret: (entry: SecretEntry) => void): void => {
    const { at, busy } = store.now();
    const entry = entries.get(at);
    if (entry === undefined || busy) return send(action);
    inSecret(entry);
    send({ type: 'length', of: at, length: entry.length });
  };
  const goOn = (): void => {
    const now = store.now();
    if (now.busy) return;
    const wrong = firstProblem(fields, now, (one, other) => same(entries, one, other));
    if (wrong !== null) return send({ type: 'problem', ...wrong });
    const copies = [...entries].map(([name, entry]) => [name, Buffer.from(entry.bytes())] as const);
    const taken = new Map(copies);
    send({ type: 'busy' });
    const filled: Filled = {
      text: (name) => (now.values[name] ?? '').trim(),
      secret: (name) => taken.get(name) ?? Buffer.alloc(0),
    };
    after(submit(filled), (outcome) => {
      for (const [, bytes] of copies) bytes.fill(0);
      if (!outcome.ok && outcome.failure.code === 'NOT_LOGGED_IN') return failed(outcome.failure);
      if (!outcome.ok) return send({ type: 'refused', failure: outcome.failure });
      onDone();
      portal.dispatch({ type: 'notice', notice: { tone: 'good', text: outcome.value } });
    });
  };
  const enter = (): void => {
    const now = store.now();
    const last = askedFields(fields, now.values).at(-1);
    if (last === undefined || last.name === now.at) goOn();
    else send({ type: 'turn', by: 1 });
  };
  useKeys(
    'form',
    {
      'form.enter': enter,
      'form.save': goOn,
      'form.next': () => send({ type: 'turn', by: 1 }),
      'form.previous': () => send({ type: 'turn', by: -1 }),
      'form.less': () => send({ type: 'choose', by: -1 }),
      'form.more': () => send({ type: 'choose', by: 1 }),
      'choice.cancel': onBack,
      'text.erase': () => edit({ type: 'erase' }, (entry) => entry.erase()),
      'text.eraseWord': () => edit({ type: 'eraseWord' }, (entry) => entry.wipe()),
      'text.clear': () => edit({ type: 'clear' }, (entry) => entry.wipe()),
    },
    {
      text: (text) => {
        const field = fields.find(({ name }) => name === store.now().at);
        if (field?.kind === 'choice') return text === ' ' ? send({ type: 'choose', by: 1 }) : undefined;
        edit({ type: 'text', text }, (entry) => entry.type(text));
      },
    },
  );
  return <Lines lines={formLines({ title, intro: intro ?? null, fields, state, room, sign })} />;
}

function entriesOf(fields: readonly Field[]): ReadonlyMap<string, SecretEntry> {
  return new Map(
    fields
      .filter(({ kind }) => kind === 'secret')
      .map(({ name }) => [name, createSecretEntry(LONGEST_SECRET)]),
  );
}

function same(entries: ReadonlyMap<string, SecretEntry>, one: string, other: string): boolean {
  const [a, b] = [entries.get(one), entries.get(other)];
  return a !== undefined && b !== undefined && a.sameAs(b);
}
