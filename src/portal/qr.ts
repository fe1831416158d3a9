import { encodeQR } from 'qr';
import type { TerminalSize } from '#/domain/session.js';

/** Light modules around the code: the standard wants four; two are enough for a screen. */
const MARGINS = [4, 2] as const;

/**
 * A QR code in half blocks, two modules a character, light modules in the colour of the text; null when there is no room.
 * The least error correction: a screen has no stains.
 */
export function qrLines(text: string, room: TerminalSize): readonly string[] | null {
  for (const border of MARGINS) {
    const modules = encodeQR(text, 'raw', { ecc: 'low', border });
    if (modules.length <= room.columns && Math.ceil(modules.length / 2) <= room.rows) return halves(modules);
  }
  return null;
}

function halves(modules: readonly (readonly boolean[])[]): readonly string[] {
  const lines: string[] = [];
  for (let row = 0; row < modules.length; row += 2) {
    const [top = [], bottom] = [modules[row], modules[row + 1]];
    lines.push(top.map((dark, column) => half(!dark, bottom?.[column] === false)).join(''));
  }
  return lines;
}

function half(top: boolean, bottom: boolean): string {
  if (top) return bottom ? '█' : '▀';
  return bottom ? '▄' : ' ';
}
