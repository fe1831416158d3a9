import type { Core } from '#/terminal/internals.js';
import { hasMore, isConsistent, isUnderlined, type Look, PLAIN, sameLook } from './look.js';
import { plainSgr, sgr } from './sgr.js';

/** Sequences that change how the next character looks. It knows what was worn last, so it has to write every change. */
export interface Wardrobe {
  /** Where the cursor is saved on the way, it must not stand behind the last column. */
  wear(look: Look): string;
  /** The same, said again: what was printed is no longer the last thing. */
  again(look: Look): string;
  /** Only the flags, as the cursor is saved with them. */
  flags(look: Pick<Look, 'fg' | 'bg'>): string;
  /** What flags do not say: underline and link. It changes flags. */
  beyondFlags(look: Look): string;
  /** An erased cell will have this background. */
  ground(look: string): string;
}

/** A link that nobody sees: it sets a flag. */
const ANY_LINK = -1;
const SAVE = '\x1b7';
const RESTORE = '\x1b8';

export function createWardrobe(core: Core): Wardrobe {
  let link = 0;
  let last: Look | string | null = PLAIN;

  const linked = (next: number): string => {
    if (next === link) return '';
    link = next;
    return osc8(core, next);
  };
  const flags = (look: Pick<Look, 'fg' | 'bg'>): string => {
    last = null;
    const [lines, more] = [isUnderlined(look), hasMore(look)];
    const plain = plainSgr(look);
    if (!lines) return linked(more ? ANY_LINK : 0) + plain;
    const under = `${linked(0)}${plain}\x1b[4m`;
    return more ? under : `${under}${SAVE}\x1b[24m${RESTORE}\x1b[59m`;
  };
  const beyondFlags = (look: Look): string => {
    last = null;
    return linked(look.link) + sgr({ ...PLAIN, style: look.style, colour: look.colour });
  };
  const again = (look: Look): string => {
    const out = isConsistent(look)
      ? linked(look.link) + sgr(look)
      : flags(look) + SAVE + beyondFlags(look) + RESTORE;
    last = look;
    return out;
  };
  return {
    flags,
    beyondFlags,
    again,
    wear: (look) => (last !== null && typeof last !== 'string' && sameLook(last, look) ? '' : again(look)),
    ground(look) {
      if (last === look) return '';
      last = look;
      return look;
    },
  };
}

function osc8(core: Core, link: number): string {
  if (link === 0) return '\x1b]8;;\x1b\\';
  const { id, uri } = core._oscLinkService.getLinkData(link) ?? { uri: 'about:blank' };
  return `\x1b]8;${id === undefined ? '' : `id=${id}`};${uri}\x1b\\`;
}
