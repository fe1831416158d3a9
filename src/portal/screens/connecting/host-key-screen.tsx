import { Lines } from '../../components/lines.js';
import { useRoom, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import type { Opening } from '../../open-session.js';
import type { HostKeyQuestion } from '../../services.js';
import { useStore } from '../../store.js';
import { decisions } from './connecting-state.js';
import { hostKeyLines } from './connecting-view.js';

/** Asks what to do about a host key that nobody has pinned. */
export function HostKeyScreen({
  title,
  opening,
  question,
}: {
  readonly title: string;
  readonly opening: Opening;
  readonly question: HostKeyQuestion;
}) {
  const room = useRoom();
  const { sign } = useTheme();
  const { marked } = useStore(opening.state);
  useKeys(
    'hostKey',
    {
      'choice.take': () => opening.decide(decisions(question)[opening.state.now().marked] ?? 'refuse'),
      'choice.up': () => opening.state.dispatch({ type: 'mark', by: -1 }),
      'choice.down': () => opening.state.dispatch({ type: 'mark', by: 1 }),
      'hostKey.once': () => opening.decide('once'),
      'hostKey.pin': () => opening.decide('pin'),
      'hostKey.refuse': () => opening.decide('refuse'),
    },
    { without: question.mayPin ? [] : ['hostKey.pin'] },
  );
  return <Lines lines={hostKeyLines(title, question, marked, room, sign)} />;
}
