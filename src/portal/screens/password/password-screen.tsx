import { useEffect, useMemo } from 'react';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useServices, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { createSecretEntry, type SecretEntry } from '../../secret-entry.js';
import { createStore, useStore } from '../../store.js';
import {
  FIELDS,
  firstPassword,
  type PasswordField,
  passwordReducer,
  presentCounts,
} from './password-state.js';
import { passwordLines } from './password-view.js';

/** A new password, before anything else may be done. */
export function PasswordScreen({ why }: { readonly why: string }) {
  const { state: portal, leave, after } = usePortal();
  const services = useServices();
  const room = useRoom();
  const { sign } = useTheme();
  const store = useMemo(() => createStore(passwordReducer, firstPassword), []);
  const entries = useMemo(
    () => ({ old: createSecretEntry(), next: createSecretEntry(), again: createSecretEntry() }),
    [],
  );
  useEffect(() => () => wipe(entries), [entries]);
  const state = useStore(store);

  const submit = (): void => {
    if (entries.next.length === 0 || !entries.next.sameAs(entries.again)) {
      entries.next.wipe();
      entries.again.wipe();
      return store.dispatch({ type: 'differ' });
    }
    const [old, next] = [copyOf(entries.old.bytes()), entries.next.take()];
    entries.again.wipe();
    store.dispatch({ type: 'busy' });
    after(services.changePassword(old, next), (outcome) => {
      old.fill(0);
      next.fill(0);
      if (outcome.ok) portal.dispatch({ type: 'passwordChanged' });
      else {
        if (!presentCounts(outcome.failure)) entries.old.wipe();
        store.dispatch({ type: 'refused', failure: outcome.failure });
      }
    });
  };
  const edit = (change: () => void): void => {
    const { at, busy } = store.now();
    if (busy) return;
    change();
    store.dispatch({ type: 'typed', field: at, length: entries[at].length });
  };
  const entry = () => entries[store.now().at];
  useKeys(
    'password',
    {
      'form.enter': () => {
        if (store.now().busy) return;
        if (store.now().at === 'again') submit();
        else store.dispatch({ type: 'turn', by: 1 });
      },
      'form.next': () => store.dispatch({ type: 'turn', by: 1 }),
      'form.previous': () => store.dispatch({ type: 'turn', by: -1 }),
      'text.erase': () => edit(() => entry().erase()),
      'text.eraseWord': () => edit(() => entry().wipe()),
      'text.clear': () => edit(() => entry().wipe()),
      'form.leave': leave,
    },
    { text: (text) => edit(() => entry().type(text)) },
  );
  return <Lines lines={passwordLines(state, why, room, sign)} />;
}

function wipe(entries: Readonly<Record<PasswordField, SecretEntry>>): void {
  for (const field of FIELDS) entries[field].wipe();
}

function copyOf(bytes: Buffer): Buffer {
  const own = Buffer.alloc(bytes.length);
  bytes.copy(own);
  return own;
}
