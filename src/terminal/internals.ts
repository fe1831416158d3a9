import type { Terminal } from '@xterm/headless';

/** The parts of @xterm/headless 6.0.0 (pinned) that its public face does not show and a screen consists of. */
export interface Core {
  readonly cols: number;
  readonly rows: number;
  writeSync(data: string | Uint8Array): void;
  readonly options: { readonly convertEol: boolean };
  readonly unicodeService: { wcwidth(code: number): number };
  readonly _inputHandler: InputHandler;
  readonly _oscLinkService: {
    getLinkData(link: number): { readonly id?: string | undefined; readonly uri: string } | undefined;
  };
  readonly _charsetService: {
    readonly charset: Charset | undefined;
    readonly glevel: number;
    readonly _charsets: readonly (Charset | undefined)[];
  };
  readonly coreService: {
    readonly modes: { readonly insertMode: boolean };
    readonly decPrivateModes: PrivateModes;
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

export interface PrivateModes {
  readonly applicationCursorKeys: boolean;
  readonly applicationKeypad: boolean;
  readonly bracketedPasteMode: boolean;
  readonly cursorBlink: boolean | undefined;
  readonly cursorStyle: 'block' | 'underline' | 'bar' | undefined;
  readonly origin: boolean;
  readonly reverseWraparound: boolean;
  readonly sendFocus: boolean;
  readonly wraparound: boolean;
}

interface InputHandler {
  readonly _curAttrData: Attributes;
  readonly _parser: Parser;
  print(data: Uint32Array, start: number, end: number): void;
  lineFeed(): boolean;
  eraseInDisplay(params: Params, respectProtect: boolean): boolean;
  eraseInLine(params: Params, respectProtect: boolean): boolean;
}

/** As the terminal keeps them: only the first `length` of `params` are of this sequence. */
interface Params {
  readonly length?: number;
  readonly params: { [index: number]: number };
}

export interface Parser {
  readonly currentState: number;
  precedingJoinState: number;
  readonly _collect: number;
  readonly _params: { toArray(): unknown };
  readonly _oscParser: {
    readonly _state: number;
    readonly _id: number;
    readonly _active: readonly Payload[];
  };
  readonly _dcsParser: { readonly _ident: number; readonly _active: readonly Payload[] };
  registerCsiHandler(
    id: { readonly prefix?: string; readonly final: string },
    handle: (params: Params) => boolean,
  ): unknown;
}

interface Payload {
  readonly _data: string;
}

export type Charset = Readonly<Record<string, string>>;

export interface ScreenBuffer {
  x: number;
  y: number;
  ybase: number;
  readonly scrollTop: number;
  readonly scrollBottom: number;
  savedX: number;
  savedY: number;
  readonly savedCurAttrData: Attributes;
  readonly savedCharset: Charset | undefined;
  readonly tabs: Record<string, boolean>;
  readonly lines: { readonly length: number; maxLength: number; get(row: number): Line | undefined };
  getNullCell(look?: { readonly fg: number; readonly bg: number; readonly extended: unknown }): Cell;
}

export interface Line {
  readonly isWrapped: boolean;
  readonly length: number;
  getWidth(column: number): number;
  getBg(column: number): number;
  loadCell<C extends Attributes>(column: number, cell: C): C;
  setCell(column: number, cell: Cell): void;
  resize(columns: number, fill: Cell): unknown;
}

/** How a cell looks; two words of flags and colours, and what does not fit into them. */
export interface Attributes {
  readonly fg: number;
  readonly bg: number;
  readonly extended: { readonly _ext: number; readonly urlId: number };
}

export interface Cell extends Attributes {
  getChars(): string;
  getWidth(): number;
}

export function coreOf(terminal: Terminal): Core {
  return (terminal as unknown as { readonly _core: Core })._core;
}
