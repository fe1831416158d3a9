import type { Spoken } from '../classify.js';
import { Lost } from '../observer.js';

/** What the words after `rsync --server` mean for what is spoken. */
export interface RsyncOptions {
  readonly upload: boolean;
  readonly owner: boolean;
  readonly group: boolean;
  readonly devices: boolean;
  readonly specials: boolean;
  readonly links: boolean;
  readonly checksums: boolean;
  readonly numericIds: boolean;
  readonly compressed: boolean;
  /** Nothing moves. */
  readonly dryRun: boolean;
  /** The sender tells its filters first. */
  readonly filters: boolean;
  /** As it was asked for: where files go, or come from. */
  readonly path: string;
}

/** They change what is spoken in ways that are not followed here. */
const LETTERS = /[HAXUN]/;
const WORDS =
  /^--(?:(?:checksum|compress)-choice|(?:new|old)-compress|compress|iconv|files-from|fileflags|protocol|append|inplace-partial|copy-as|secluded-args|protect-args)/;

export function rsyncOptions({ direction, words }: Extract<Spoken, { protocol: 'rsync' }>): RsyncOptions {
  const end = words.indexOf('.');
  const options = end < 0 ? words : words.slice(0, end);
  const letters = options
    .filter((word) => /^-[^-]/.test(word))
    // what follows an e is what the client is able to
    .map((word) => word.slice(1).replace(/e.*$/, ''))
    .join('');
  const long = options.filter((word) => word.startsWith('--'));
  const odd = LETTERS.exec(letters)?.[0] ?? long.find((word) => WORDS.test(word));
  if (odd !== undefined)
    throw new Lost(`with the option ${odd.length === 1 ? `-${odd}` : odd} it is not followed`);
  const has = (letter: string, ...names: string[]): boolean =>
    letters.includes(letter) || names.some((name) => long.includes(name));
  return {
    upload: direction === 'upload',
    owner: has('o'),
    group: has('g'),
    devices: has('D', '--devices'),
    specials: has('D', '--specials'),
    links: has('l'),
    checksums: has('c'),
    numericIds: long.includes('--numeric-ids'),
    compressed: has('z'),
    dryRun: has('n'),
    filters: has('m') || long.some((word) => word.startsWith('--delete')),
    path: end < 0 ? '' : words.slice(end + 1).join(' '),
  };
}
