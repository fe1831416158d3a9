import { createHash, type Hash } from 'node:crypto';
import type { Transfer } from '#/domain/activity.js';
import type { Spoken } from './classify.js';
import { careful, Lost, type Observer, pathText, type Reader, type Tell } from './observer.js';

type Asked = Extract<Spoken, { protocol: 'scp' }>;

/** Follows the protocol of `scp -t` and `scp -f`. */
export function observeScp(asked: Asked): Observer {
  return careful('scp', (tell) => scpReader(asked, tell));
}

/** PATH_MAX, and what stands before a name. */
const LONGEST_LINE = 4096 + 64;
const DEEPEST = 256;
const MOST_TURNS = 16;

/** What the one who takes has yet to answer. */
type Turn =
  | { readonly type: 'hello' | 'times' | 'folder' }
  | { readonly type: 'offer' | 'finish'; readonly file: File };

interface File {
  readonly name: string;
  readonly size: number;
  readonly mode: number;
  readonly digest: Hash;
  bytes: number;
  trouble: string | null;
}

function scpReader(asked: Asked, tell: Tell): Reader {
  const folders: string[] = [];
  const turns: Turn[] = [{ type: 'hello' }];
  const given = lineCutter();
  const taken = lineCutter();
  /** The file whose contents come now, and the one that was offered and has no answer yet. */
  let current: File | null = null;
  let offered: File | null = null;

  const turn = (one: Turn): void => {
    turns.push(one);
    if (turns.length > MOST_TURNS) throw new Lost('too much was sent without an answer');
  };
  const told = (file: File, result: string): void => {
    tell(transferOf(asked, folders, file, file.trouble ?? result));
  };
  const message = (line: string): void => tell({ kind: 'message', protocol: 'scp', text: line.slice(1) });

  const record = (line: string): void => {
    const [, sign = '', mode = '', size = '', name = ''] =
      /^([CD])([0-7]{4}) (\d{1,15}) ([^/]+)$/s.exec(line) ?? [];
    if (sign === 'C') {
      const file = {
        name,
        size: Number(size),
        mode: Number.parseInt(mode, 8),
        digest: createHash('sha256'),
        bytes: 0,
        trouble: null,
      };
      offered = file;
      turn({ type: 'offer', file });
    } else if (sign === 'D') enter(name);
    else if (line === 'E') leave();
    else if (/^T\d+ \d+ \d+ \d+$/.test(line)) turn({ type: 'times' });
    else if (line.startsWith('\x01') || line.startsWith('\x02')) message(line);
    else throw new Lost('it sent a line that is not of the protocol');
  };
  const enter = (name: string): void => {
    folders.push(name);
    if (folders.length > DEEPEST) throw new Lost('the folders are too deep');
    turn({ type: 'folder' });
  };
  const leave = (): void => {
    folders.pop();
    turn({ type: 'times' });
  };
  /** Contents, and the one byte or line that says how the giver fared. */
  const contents = (file: File, bytes: Buffer): number => {
    const part = bytes.subarray(0, file.size - file.bytes);
    file.digest.update(part);
    file.bytes += part.length;
    return part.length;
  };
  const outcome = (file: File, line: string): void => {
    current = null;
    if (line !== '\0') file.trouble = line.slice(1);
    turn({ type: 'finish', file });
  };
  const source = (bytes: Buffer): void => {
    for (let at = 0; at < bytes.length; ) {
      if (offered !== null) throw new Lost('contents came before they were asked for');
      if (current !== null && current.bytes < current.size) at += contents(current, bytes.subarray(at));
      else
        at += given.take(
          bytes,
          at,
          (line) => (current === null ? record(line) : outcome(current, line)),
          current !== null,
        );
    }
  };
  const answer = (line: string): void => {
    const one = turns.shift();
    const fine = line === '\0';
    if (one === undefined) {
      if (!fine) message(line);
      return;
    }
    if (one.type === 'finish') return told(one.file, fine ? 'ok' : line.slice(1));
    if (one.type !== 'offer') {
      if (!fine) message(line);
      if (!fine && one.type === 'folder') folders.pop();
      return;
    }
    offered = null;
    if (fine) current = one.file;
    else told(one.file, line.slice(1));
  };
  const sink = (bytes: Buffer): void => {
    for (let at = 0; at < bytes.length; ) at += taken.take(bytes, at, answer, true);
  };
  const rest = (result: string): void => {
    for (const one of turns) if ('file' in one) told(one.file, 'not answered');
    if (current !== null) told(current, result);
    turns.length = 0;
    current = null;
  };
  return {
    toTarget: asked.direction === 'upload' ? source : sink,
    fromTarget: asked.direction === 'upload' ? sink : source,
    end: () => rest('it was not finished'),
    abandon: () => rest('it was not followed to its end'),
  };
}

interface LineCutter {
  /** Gives a line without its end, once it is whole, or, where answers are due, a zero byte; tells how many bytes it took. */
  take(bytes: Buffer, at: number, line: (text: string) => void, zeros: boolean): number;
}

function lineCutter(): LineCutter {
  let held = Buffer.alloc(0);
  return {
    take(bytes, at, line, zeros) {
      if (zeros && held.length === 0 && bytes[at] === 0) {
        line('\0');
        return 1;
      }
      if (zeros && held.length === 0 && bytes[at] !== 1 && bytes[at] !== 2)
        throw new Lost('an answer is not of the protocol');
      const end = bytes.indexOf(0x0a, at);
      const part = bytes.subarray(at, end < 0 ? bytes.length : end);
      if (held.length + part.length > LONGEST_LINE) throw new Lost('a line is out of bounds');
      const whole = Buffer.concat([held, part]);
      held = end < 0 ? whole : Buffer.alloc(0);
      if (end >= 0) line(pathText(whole));
      return part.length + (end < 0 ? 0 : 1);
    },
  };
}

function transferOf(asked: Asked, folders: readonly string[], file: File, result: string): Transfer {
  const whole = file.bytes === file.size && result === 'ok';
  return {
    kind: 'transfer',
    protocol: 'scp',
    direction: asked.direction,
    ...placeOf(asked, [...folders, file.name].join('/')),
    size: file.size,
    bytes: file.bytes,
    sha256: whole ? file.digest.digest('hex') : null,
    noHash: whole ? null : 'it did not go well',
    mode: file.mode,
    result,
  };
}

/** What was asked for is a file, or the folder that it goes into: only where that is sure, the path is one. */
function placeOf(
  { intoDirectory, paths }: Asked,
  name: string,
): { readonly path: string; readonly name: string | null } {
  const path = paths.join(' ');
  if (intoDirectory) return { path: `${path.replace(/\/$/, '')}/${name}`, name: null };
  const [first = '', ...rest] = name.split('/');
  if (paths.length !== 1 || path.slice(path.lastIndexOf('/') + 1) !== first) return { path, name };
  return { path: [path, ...rest].join('/'), name: null };
}
