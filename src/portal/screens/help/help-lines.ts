import { keyWord } from '../../key-words.js';
import { COMMANDS, type Command, type KeyScreen, SCREENS } from '../../keys.js';
import { shown } from '../../text.js';
import { EMPTY, type Line, labelled, span } from '../../view.js';

/** Screens in the order in which one meets them. */
const ORDER: readonly KeyScreen[] = [
  'accounts',
  'recordings',
  'live',
  'search',
  'replay',
  'transcript',
  'connecting',
  'hostKey',
  'refused',
  'offer',
  'you',
  'help',
];

const RECORDING_FILTERS = [
  ['  user: account: target: safe:', 'before a word: look for it only there'],
  ['  since:2d until:2026-11-24', 'when it began: an age (m h d w) or a date'],
  ['  longer:10m shorter:2h', 'how long it took'],
  ['  outcome:failed has:transfers', 'how it ended; has:commands or has:transfers'],
] as const;

/** The key table as help: what this page says is what the program does. */
export function helpLines(columns: number, person: string): readonly Line[] {
  return [...withoutMenu(columns, person), ...keyLines(columns)];
}

/** `%` stands for `@`, and works whatever delimiters are configured. */
function withoutMenu(columns: number, person: string): readonly Line[] {
  const rows = [
    [
      `  ssh -t ${shown(person)}%USER%ADDRESS@BASTION`,
      'straight to that account; what is missing is asked here',
    ],
    [
      '  postern ssh-config',
      'run by an administrator: an ssh configuration with an alias for each of your accounts',
    ],
  ] as const;
  return [[span('Without the menu', 'title')], ...labelled(rows, columns), EMPTY];
}

function keyLines(columns: number): readonly Line[] {
  return ORDER.flatMap((screen) => {
    const rows = SCREENS[screen].commands.map((name): readonly [string, string] => {
      const command: Command = COMMANDS[name];
      return [`  ${command.keys.map(keyWord).join(', ')}`, command.help];
    });
    const typing = SCREENS[screen].typing
      ? [['  any character', 'finds what is typed, in any order of words'] as const]
      : [];
    const filters = screen === 'recordings' ? RECORDING_FILTERS : [];
    return [
      [span(SCREENS[screen].title, 'title')],
      ...labelled([...typing, ...filters, ...rows], columns),
      EMPTY,
    ];
  });
}
