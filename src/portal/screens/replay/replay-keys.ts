import { type CommandOf, SCREENS } from '../../keys.js';

export type ReplayKey = Exclude<CommandOf<'replay'>, 'replay.leave'>;

/** The keys that the monitor hears of. */
export const REPLAY_KEYS: readonly ReplayKey[] = SCREENS.replay.commands.filter(
  (command) => command !== 'replay.leave',
);
