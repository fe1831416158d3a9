import type { Attributes } from './core.js';

const PALETTE_16 = 0x1000000;
const PALETTE_256 = 0x2000000;
const RGB = 0x3000000;
const MODE = 0x3000000;
/** There is more about the underline. */
const EXTENDED = 0x10000000;

/** The sequence that makes exactly these attributes, whatever was before. Protection (DECSCA) is reset by SGR 0, so it comes after. */
export function sgr(look: Attributes): string {
  const style = look.getUnderlineStyle();
  const parts = [
    '0',
    look.isBold() && '1',
    look.isDim() && '2',
    look.isItalic() && '3',
    style !== 0 && (style === 1 ? '4' : `4:${style}`),
    look.isBlink() && '5',
    look.isInverse() && '7',
    look.isInvisible() && '8',
    look.isStrikethrough() && '9',
    look.isOverline() && '53',
    colour(look.fg & MODE, look.getFgColor(), 30),
    colour(look.bg & MODE, look.getBgColor(), 40),
    style !== 0 &&
      underlineColour(
        look.getUnderlineStyle() !== 0 && (look.bg & EXTENDED) !== 0 ? look.extended.underlineColor : 0,
      ),
  ];
  const kept = parts.filter((part): part is string => typeof part === 'string' && part !== '');
  return `\x1b[${kept.join(';')}m${look.isProtected() ? '\x1b[1"q' : ''}`;
}

/** Only what an erased cell keeps: its background. */
export function background(look: Attributes): string {
  const code = colour(look.bg & MODE, look.getBgColor(), 40);
  return `\x1b[0${code === '' ? '' : `;${code}`}m`;
}

function colour(mode: number, value: number, base: 30 | 40): string {
  if (mode === PALETTE_16) return value < 8 ? `${base + value}` : `${base + 60 + value - 8}`;
  if (mode === PALETTE_256) return `${base + 8};5;${value}`;
  if (mode === RGB) return `${base + 8};2;${bytes(value).join(';')}`;
  return '';
}

/** The colour that lines would have, kept while nothing is underlined; only attributes to come have one of their own. */
export function laterUnderline(look: Attributes): string {
  const code = look.getUnderlineStyle() === 0 ? underlineColour(look.extended.underlineColor) : '';
  return code === '' ? '' : `\x1b[${code}m`;
}

/** -1 is what the model makes of "the default again". */
function underlineColour(value: number): string {
  const mode = value & MODE;
  if (value === -1 || mode === 0) return '';
  return mode === RGB ? `58:2::${bytes(value).join(':')}` : `58:5:${value & 255}`;
}

function bytes(value: number): readonly number[] {
  return [(value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}
