import { COMMANDS, type Command, type KeyScreen, keyWord, SCREENS } from '../../keys.js';
import { EMPTY, type Line, labelled, span } from '../../view.js';

/** Screens in the order in which one meets them. */
const ORDER: readonly KeyScreen[] = [
  'accounts',
  'recordings',
  'live',
  'replay',
  'connecting',
  'hostKey',
  'refused',
  'offer',
  'you',
  'help',
];

/** The key table as help: what this page says is what the program does. */
export function helpLines(columns: number): readonly Line[] {
  return ORDER.flatMap((screen) => {
    const rows = SCREENS[screen].commands.map((name): readonly [string, string] => {
      const command: Command = COMMANDS[name];
      return [`  ${command.keys.map(keyWord).join(', ')}`, command.help];
    });
    const typing = SCREENS[screen].typing
      ? [['  any character', 'finds what is typed, in any order of words'] as const]
      : [];
    return [[span(SCREENS[screen].title, 'title')], ...labelled([...typing, ...rows], columns), EMPTY];
  });
}
