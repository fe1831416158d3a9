import type { Terminal } from '@xterm/headless';

/** Modes of the person's terminal that the model does not have, and that programs rely on all the same. */
export interface ExtraModes {
  restore(): string;
}

/** Reverse screen, blinking cursor, UTF-8 and urxvt mouse encodings, scrolling by wheel, meta and eight-bit keys. */
const WATCHED: ReadonlySet<number> = new Set([5, 12, 1005, 1007, 1015, 1034, 1036, 1039]);
const DEEPEST_STACK = 16;

export function watchExtraModes(terminal: Terminal): ExtraModes {
  const modes = new Map<number, boolean>();
  let otherKeys: number | null = null;
  let kitty: number[] = [];
  const note = (params: readonly (number | number[])[], on: boolean): boolean => {
    for (const mode of params) if (typeof mode === 'number' && WATCHED.has(mode)) modes.set(mode, on);
    return false;
  };
  const { parser } = terminal;
  parser.registerCsiHandler({ prefix: '?', final: 'h' }, (params) => note(params, true));
  parser.registerCsiHandler({ prefix: '?', final: 'l' }, (params) => note(params, false));
  parser.registerCsiHandler({ prefix: '>', final: 'm' }, (params) => {
    if (first(params) === 4) otherKeys = second(params) === 0 ? null : second(params);
    return false;
  });
  parser.registerCsiHandler({ prefix: '>', final: 'u' }, (params) => {
    if (kitty.length < DEEPEST_STACK) kitty.push(first(params));
    return false;
  });
  parser.registerCsiHandler({ prefix: '<', final: 'u' }, (params) => {
    kitty = kitty.slice(0, Math.max(0, kitty.length - Math.max(1, first(params))));
    return false;
  });
  parser.registerEscHandler({ final: 'c' }, () => {
    modes.clear();
    otherKeys = null;
    kitty = [];
    return false;
  });
  return {
    restore() {
      const set = [...modes].map(([mode, on]) => `\x1b[?${mode}${on ? 'h' : 'l'}`).join('');
      return (
        set +
        (otherKeys === null ? '' : `\x1b[>4;${otherKeys}m`) +
        kitty.map((flags) => `\x1b[>${flags}u`).join('')
      );
    },
  };
}

function first(params: readonly (number | number[])[]): number {
  return typeof params[0] === 'number' ? params[0] : 0;
}

function second(params: readonly (number | number[])[]): number {
  return typeof params[1] === 'number' ? params[1] : 0;
}
