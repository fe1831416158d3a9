import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { centered, EMPTY, framed, span } from '../../view.js';

/** Asks whether to leave. */
export function LeaveScreen() {
  const { state: portal, leave } = usePortal();
  const room = useRoom();
  const { sign } = useTheme();
  useKeys('leave', { 'leave.yes': leave, 'leave.no': () => portal.dispatch({ type: 'back' }) });
  const keys = [span('Enter', 'key'), span(' leave   '), span('Esc', 'key'), span(' stay')];
  return (
    <Lines
      lines={centered(
        framed(
          'Leave Postern?',
          [[span('Sessions that run on without a terminal stay yours to take up again.')], EMPTY, keys],
          room.columns,
          sign,
        ),
        room,
      )}
    />
  );
}
