import type { Core } from '#/terminal/internals.js';

const MOUSE: Readonly<Record<string, string>> = { X10: '9', VT200: '1000', DRAG: '1002', ANY: '1003' };
const ENCODING: Readonly<Record<string, string>> = { SGR: '1006', SGR_PIXELS: '1016' };
const CURSOR = { block: 1, underline: 3, bar: 5 } as const;

/** Modes that neither move the cursor nor change how text is drawn. */
export function modes({ coreService, coreMouseService, options }: Core): string {
  const dec = coreService.decPrivateModes;
  const on = [
    dec.applicationCursorKeys && '1',
    dec.reverseWraparound && '45',
    dec.sendFocus && '1004',
    dec.bracketedPasteMode && '2004',
    MOUSE[coreMouseService.activeProtocol],
    ENCODING[coreMouseService.activeEncoding],
  ].filter((mode) => typeof mode === 'string');
  const style =
    dec.cursorStyle === undefined
      ? ''
      : `\x1b[${CURSOR[dec.cursorStyle] + (dec.cursorBlink === true ? 0 : 1)} q`;
  return (
    on.map((mode) => `\x1b[?${mode}h`).join('') +
    (options.convertEol ? '\x1b[20h' : '') +
    (dec.applicationKeypad ? '\x1b=' : '') +
    (coreService.isCursorHidden ? '\x1b[?25l' : '') +
    style
  );
}
