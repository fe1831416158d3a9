import { oneLine } from './failure.js';
import { RETURNS, type ReturnKind } from './lending.js';

export type TransferProtocol = 'sftp' | 'scp' | 'rsync';

/** One file that moved, or should have. */
export interface Transfer {
  readonly kind: 'transfer';
  readonly protocol: TransferProtocol;
  /** Seen from the person: an upload goes to the target. */
  readonly direction: 'upload' | 'download';
  readonly path: string;
  /** The name that the sender gave, where the path alone does not tell which file it is. */
  readonly name: string | null;
  /** Bytes of the whole file, where known. */
  readonly size: number | null;
  /** Bytes that moved. */
  readonly bytes: number;
  /** Hex, of the whole file; null: `noHash` says why. */
  readonly sha256: string | null;
  readonly noHash: string | null;
  /** Permission bits. */
  readonly mode: number | null;
  /** 'ok', or what went wrong. */
  readonly result: string;
}

/** What else was done to the target's files. */
export interface FileChange {
  readonly kind: 'change';
  readonly protocol: TransferProtocol;
  readonly operation: string;
  readonly path: string;
  /** The second path (of a rename, a link) or what was set. */
  readonly to: string | null;
  readonly result: string;
}

/** What one side said about a file that did not move. */
export interface TransferMessage {
  readonly kind: 'message';
  readonly protocol: TransferProtocol;
  readonly text: string;
}

/** From here on nothing is known of the transfers; the bytes passed all the same. */
export interface Unreadable {
  readonly kind: 'unreadable';
  readonly protocol: TransferProtocol;
  readonly why: string;
}

/** A whole conversation, for a protocol of which not every file can be followed. */
export interface TransferTotals {
  readonly kind: 'totals';
  readonly protocol: TransferProtocol;
  readonly command: string;
  readonly toTarget: number;
  readonly fromTarget: number;
}

/** What was run: entered at a prompt, as the screen showed it, or asked for instead of a shell. */
export interface Command {
  readonly kind: 'command';
  readonly how: 'prompt' | 'exec';
  /** Lines of one statement are kept apart by newlines. */
  readonly text: string;
}

/** A connection that went through the target. */
export interface Forward {
  readonly kind: 'forward';
  readonly protocol: 'tcp';
  /** host:port, as it was asked for. */
  readonly to: string;
  readonly toTarget: number;
  readonly fromTarget: number;
  /** 'ok', or why it did not come to stand. */
  readonly result: string;
}

/** A connection that the target made back to something of the person's. */
export interface Return {
  readonly kind: 'return';
  readonly protocol: ReturnKind;
  /** What it was used for, as far as that can be told. */
  readonly about: string;
  readonly toTarget: number;
  readonly fromTarget: number;
  /** 'ok', or why it did not come to stand. */
  readonly result: string;
}

/** What was done in a session beside what was typed and shown. */
export type Activity =
  | Transfer
  | FileChange
  | TransferMessage
  | Unreadable
  | TransferTotals
  | Command
  | Forward
  | Return;

type Shape = 'text' | 'count' | 'text?' | 'count?' | readonly string[];

const PROTOCOL = ['sftp', 'scp', 'rsync'] as const;
const SHAPES: Readonly<Record<Activity['kind'], Readonly<Record<string, Shape>>>> = {
  transfer: {
    protocol: PROTOCOL,
    direction: ['upload', 'download'],
    path: 'text',
    name: 'text?',
    size: 'count?',
    bytes: 'count',
    sha256: 'text?',
    noHash: 'text?',
    mode: 'count?',
    result: 'text',
  },
  change: { protocol: PROTOCOL, operation: 'text', path: 'text', to: 'text?', result: 'text' },
  message: { protocol: PROTOCOL, text: 'text' },
  unreadable: { protocol: PROTOCOL, why: 'text' },
  command: { how: ['prompt', 'exec'], text: 'text' },
  totals: { protocol: PROTOCOL, command: 'text', toTarget: 'count', fromTarget: 'count' },
  return: { protocol: RETURNS, about: 'text', toTarget: 'count', fromTarget: 'count', result: 'text' },
  forward: { protocol: ['tcp'], to: 'text', toTarget: 'count', fromTarget: 'count', result: 'text' },
};

export function encodeActivity(activity: Activity): string {
  return JSON.stringify(activity);
}

/** Null: not an activity that we know. */
export function decodeActivity(text: string): Activity | null {
  const found = parsed(text);
  if (found === null || typeof found['kind'] !== 'string' || !Object.hasOwn(SHAPES, found['kind']))
    return null;
  const shape = Object.entries(SHAPES[found['kind'] as Activity['kind']]);
  if (!shape.every(([name, wanted]) => fits(found[name], wanted))) return null;
  const kept: unknown = Object.fromEntries(
    ['kind', ...shape.map(([name]) => name)].map((name) => [name, found[name]]),
  );
  return kept as Activity;
}

/** For people: one line without control characters. */
export function activityLine(activity: Activity): string {
  if (activity.kind === 'command') return oneLine(`command ${activity.text.replaceAll('\n', ' ⏎ ')}`, 1500);
  return oneLine(`${activity.protocol} ${sentence(activity)}`, 1500);
}

function sentence(activity: Exclude<Activity, Command>): string {
  switch (activity.kind) {
    case 'transfer':
      return transferLine(activity);
    case 'change': {
      const to = activity.to === null ? '' : ` → ${short(activity.to)}`;
      return `${activity.operation} ${short(activity.path)}${to}: ${activity.result}`;
    }
    case 'message':
      return `says: ${short(activity.text)}`;
    case 'unreadable':
      return `the rest could not be read: ${activity.why}`;
    case 'totals':
      return `of ${short(activity.command)}: ${activity.toTarget} bytes to the target, ${activity.fromTarget} bytes from it`;
    case 'forward':
      return `connection to ${short(activity.to)}: ${activity.toTarget} bytes to it, ${activity.fromTarget} bytes from it, ${activity.result}`;
    case 'return':
      return `connection back to the person: ${short(activity.about)}, ${activity.fromTarget} bytes from the target, ${activity.toTarget} bytes to it, ${activity.result}`;
    default:
      return activity satisfies never;
  }
}

function transferLine({
  direction,
  path,
  name,
  size,
  bytes,
  mode,
  sha256,
  noHash,
  result,
}: Transfer): string {
  const facts = [
    size === null || size === bytes ? `${bytes} bytes` : `${bytes} of ${size} bytes`,
    ...(mode === null ? [] : [`mode ${mode.toString(8).padStart(4, '0')}`]),
    sha256 === null ? `no sha256 (${noHash ?? 'unknown'})` : `sha256 ${sha256}`,
    result,
  ];
  return `${direction} ${short(path)}${name === null ? '' : ` (${short(name)})`}: ${facts.join(', ')}`;
}

function short(text: string): string {
  return oneLine(text, 400);
}

function fits(value: unknown, shape: Shape): boolean {
  if (typeof shape !== 'string') return typeof value === 'string' && shape.includes(value);
  if (value === null) return shape.endsWith('?');
  if (shape.startsWith('text')) return typeof value === 'string';
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function parsed(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === 'object' && found !== null ? (found as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
