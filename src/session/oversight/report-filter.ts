/** Takes out of what a viewer's terminal sends whatever is no key: its answers and reports go nowhere. */
export interface ReportFilter {
  keys(bytes: Buffer): Buffer;
}

/**
 * Answers to DA, DSR, CPR, DECRQM and window reports, focus, mouse (SGR, urxvt, X10), and strings (DCS, OSC and the like).
 * `ESC [ 1 ; n R` is F3 with Shift or Ctrl, and no cursor report that anybody asked for.
 */
const REPORT = pattern(
  String.raw`ESC(?:\[(?:(?!1;[2-8]R)[?>=]?[\d;]*(?:[Rcnt]|\$y)|\?[\d;]*u|[IO]|<\d+;\d+;\d+[Mm]|\d+;\d+;\d+M|M[\s\S]{3})|[P\]_^X][^BELESC]*(?:BEL|ESC\\))`,
  'g',
);
/** One of those that has not come to its end. A lone Escape is a key: it does not wait. */
const UNFINISHED = pattern(
  String.raw`ESC(?:\[(?:[?>=<]?[\d;]*\$?|M[\s\S]{0,2})|[P\]_^X][^BELESC]*ESC?)$`,
  '',
);
const LONGEST = 4096;

export function createReportFilter(): ReportFilter {
  let rest = '';
  return {
    keys(bytes) {
      const left = (rest + bytes.toString('latin1')).replace(REPORT, '');
      rest = UNFINISHED.exec(left)?.[0] ?? '';
      const keys = left.slice(0, left.length - rest.length);
      // nobody presses such a key: it is an answer without an end
      if (rest.length > LONGEST) rest = '';
      return Buffer.from(keys, 'latin1');
    },
  };
}

function pattern(text: string, flags: string): RegExp {
  return new RegExp(text.replaceAll('ESC', '\x1b').replaceAll('BEL', '\x07'), flags);
}
