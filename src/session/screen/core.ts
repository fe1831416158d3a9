import type { Terminal } from '@xterm/headless';

/** The parts of @xterm/headless 6.0.0 (pinned) that its public face does not show and a screen consists of. */
export interface Core {
  writeSync(text: string): void;
  readonly _inputHandler: {
    readonly _curAttrData: Attributes;
    readonly _parser: { readonly currentState: number; readonly precedingJoinState: number };
  };
  readonly _charsetService: { readonly glevel: number; readonly _charsets: readonly (Charset | undefined)[] };
  readonly coreService: {
    readonly modes: { readonly insertMode: boolean };
    readonly decPrivateModes: {
      readonly applicationCursorKeys: boolean;
      readonly applicationKeypad: boolean;
      readonly bracketedPasteMode: boolean;
      readonly cursorBlink: boolean | undefined;
      readonly cursorStyle: 'block' | 'underline' | 'bar' | undefined;
      readonly origin: boolean;
      readonly reverseWraparound: boolean;
      readonly sendFocus: boolean;
      readonly wraparound: boolean;
    };
    readonly isCursorHidden: boolean;
  };
  readonly coreMouseService: { readonly activeProtocol: string; readonly activeEncoding: string };
  readonly _bufferService: {
    readonly buffers: {
      readonly normal: ScreenBuffer;
      readonly alt: ScreenBuffer;
      readonly active: ScreenBuffer;
    };
  };
}

export type Charset = Readonly<Record<string, string>>;

/** A buffer without scrollback: `lines` are the rows of the screen from `ybase` on. */
export interface ScreenBuffer {
  readonly x: number;
  readonly y: number;
  readonly ybase: number;
  readonly scrollTop: number;
  readonly scrollBottom: number;
  readonly savedX: number;
  readonly savedY: number;
  readonly savedCurAttrData: Attributes;
  readonly savedCharset: Charset | undefined;
  readonly tabs: Readonly<Record<string, boolean>>;
  readonly lines: { get(row: number): Line | undefined };
}

export interface Line {
  readonly isWrapped: boolean;
  readonly length: number;
  loadCell<C extends Attributes>(column: number, cell: C): C;
}

/** How a cell looks; two words of flags and colours, and what does not fit into them. */
export interface Attributes {
  fg: number;
  bg: number;
  isBold(): number;
  isDim(): number;
  isItalic(): number;
  isUnderline(): number;
  isBlink(): number;
  isInverse(): number;
  isInvisible(): number;
  isStrikethrough(): number;
  isOverline(): number;
  isProtected(): number;
  getFgColor(): number;
  getBgColor(): number;
  getUnderlineStyle(): number;
  readonly extended: { readonly underlineColor: number };
}

export interface Cell extends Attributes {
  getChars(): string;
  getWidth(): number;
}

export function coreOf(terminal: Terminal): Core {
  return (terminal as unknown as { readonly _core: Core })._core;
}
