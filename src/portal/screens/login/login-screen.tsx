import { useEffect, useMemo } from 'react';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useServices, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { createSecretEntry } from '../../secret-entry.js';
import { createStore, useStore } from '../../store.js';
import { firstLogin, loginReducer } from './login-state.js';
import { loginLines } from './login-view.js';

/** User and password. Nothing it says tells which of the two was wrong. */
export function LoginScreen({
  prefilledUser,
  why,
}: {
  readonly prefilledUser: string;
  readonly why: string | null;
}) {
  const { state: portal, leave, after } = usePortal();
  const services = useServices();
  const room = useRoom();
  const { sign } = useTheme();
  const store = useMemo(() => createStore(loginReducer, firstLogin(prefilledUser)), [prefilledUser]);
  const password = useMemo(() => createSecretEntry(), []);
  useEffect(() => () => password.wipe(), [password]);
  const state = useStore(store);
  const configuration = useStore(portal).configuration;
  const { branding, methods } = configuration ?? { branding: 'Postern', methods: [] };

  const submit = (): void => {
    const bytes = password.take();
    store.dispatch({ type: 'busy' });
    store.dispatch({ type: 'typed', length: 0 });
    after(services.login(store.now().user, bytes, methods[store.now().method]), (outcome) => {
      bytes.fill(0);
      if (outcome.ok) portal.dispatch({ type: 'loggedIn', login: outcome.value });
      else store.dispatch({ type: 'refused', failure: outcome.failure });
    });
  };
  /** What is typed goes into the field where one is; while the vault checks, nowhere. */
  const edit = (inUser: () => void, inPassword: () => void): void => {
    if (store.now().busy) return;
    if (store.now().at === 'user') return inUser();
    inPassword();
    store.dispatch({ type: 'typed', length: password.length });
  };
  const turn = (): void =>
    edit(
      () => store.dispatch({ type: 'turn' }),
      () => store.dispatch({ type: 'turn' }),
    );
  const choose = (by: 1 | -1): void => {
    if (!store.now().busy) store.dispatch({ type: 'method', by, of: methods.length });
  };
  useKeys(
    'login',
    {
      'form.enter': () =>
        edit(
          () => store.dispatch({ type: 'turn' }),
          () => (store.now().user.trim() === '' ? store.dispatch({ type: 'turn' }) : submit()),
        ),
      'form.next': turn,
      'form.previous': turn,
      'text.erase': () =>
        edit(
          () => store.dispatch({ type: 'erase' }),
          () => password.erase(),
        ),
      'text.eraseWord': () =>
        edit(
          () => store.dispatch({ type: 'eraseWord' }),
          () => password.wipe(),
        ),
      'text.clear': () =>
        edit(
          () => store.dispatch({ type: 'clear' }),
          () => password.wipe(),
        ),
      'login.previousMethod': () => choose(-1),
      'login.nextMethod': () => choose(1),
      'form.leave': leave,
    },
    {
      text: (text) =>
        edit(
          () => store.dispatch({ type: 'text', text }),
          () => password.type(text),
        ),
    },
  );
  return <Lines lines={loginLines({ state, branding, methods, why, room, sign })} />;
}
