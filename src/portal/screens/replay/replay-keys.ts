import { type CommandOf, SCREENS } from '../../keys.js';

/** What stays on this side. */
type Ours = 'replay.leave' | 'replay.transcript';
export type ReplayKey = Exclude<CommandOf<'replay'>, Ours>;

/** The keys that the monitor hears of. */
export const REPLAY_KEYS: readonly ReplayKey[] = SCREENS.replay.commands.filter(
  (command) => command !== 'replay.leave' && command !== 'replay.transcript',
);
