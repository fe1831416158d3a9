/** Tells keys from what a terminal says by itself: a target that keeps asking it questions must not keep a session alive. */
export interface KeyWatch {
  /** Was there a key among these bytes? */
  typed(bytes: Buffer): boolean;
  /** The last byte was an Escape: a key, unless something follows soon. */
  readonly escape: boolean;
}

/**
 * Answers to DA, DSR, CPR, DECRQM and window reports, focus, mouse (SGR, urxvt, X10), and strings (DCS, OSC and the like).
 * Nothing in it is tried twice at one place, so it takes as long as its text is.
 */
const REPORT = pattern(
  String.raw`ESC(?:\[(?:[?>=]?[\d;]*(?:[Rcnt]|\$y)|\?[\d;]*u|[IO]|<?\d+;\d+;\d+[Mm]|M[\s\S]{3})|[P\]_^X][^BELESC]*(?:BEL|ESC\\))`,
  'g',
);
/** One of those that has not come to its end, or an Escape: what comes next will tell. */
const UNFINISHED = pattern(
  String.raw`ESC(?:\[(?:[?>=<]?[\d;]*\$?|M[\s\S]{0,2})|[P\]_^X][^BELESC]*ESC?)?$`,
  '',
);
const LONGEST = 4096;

export function createKeyWatch(): KeyWatch {
  let rest = '';
  return {
    typed(bytes) {
      const left = (rest + bytes.toString('latin1')).replace(REPORT, '');
      rest = UNFINISHED.exec(left)?.[0] ?? '';
      const before = left.length - rest.length;
      if (rest.length > LONGEST) rest = '';
      return before > 0;
    },
    get escape() {
      return rest === '\x1b';
    },
  };
}

function pattern(text: string, flags: string): RegExp {
  return new RegExp(text.replaceAll('ESC', '\x1b').replaceAll('BEL', '\x07'), flags);
}
