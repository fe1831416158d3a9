import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useServices, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { useTyped } from '../../typed.js';
import { addKeyLines } from './key-dialogs.js';
import { provenBy } from './you-view.js';

/** More characters than the longest RSA key has. */
const LONGEST = 16_384;

/** A public key, pasted as it stands in its .pub file. */
export function AddKeyScreen() {
  const { state: portal, after, failed } = usePortal();
  const services = useServices();
  const room = useRoom();
  const { sign } = useTheme();
  const typed = useTyped(LONGEST);
  const goOn = (): void => {
    const line = typed.now().trim();
    if (line === '') return;
    after(services.secondFactor(), (outcome) =>
      outcome.ok
        ? portal.dispatch({
            type: 'replace',
            route: { screen: 'prove', wish: { kind: 'addKey', line }, by: provenBy(outcome.value) },
          })
        : failed(outcome.failure),
    );
  };
  useKeys(
    'addKey',
    { ...typed.handlers, 'dialog.enter': goOn, 'dialog.cancel': () => portal.dispatch({ type: 'back' }) },
    { text: typed.type },
  );
  return <Lines lines={addKeyLines(typed.value, room, sign)} />;
}
