import type { FileChange } from '#/domain/activity.js';
import { type Budget, WINDOW } from '../flow.js';
import { careful, Lost, type Observer, type Reader, type Tell } from '../observer.js';
import { packetCutter } from '../packet-cutter.js';
import { attributesText, type Fields, fieldsOf } from './fields.js';
import { type OpenFile, openFile, refusedOpen, transfersOf } from './open-file.js';
import { handleText, OPEN, type Request, requestOf } from './request.js';

/** Follows SFTP version 3, with OpenSSH's extensions. */
export function observeSftp(): Observer {
  return careful('sftp', sftpReader);
}

/** OpenSSH takes and sends no longer ones than 256 KiB. */
const LONGEST_PACKET = 1024 * 1024;
/** paramiko asks for all of a file at once, in pieces of 32 KiB. */
const MOST_REQUESTS = 65_536;
const MOST_FILES = 4096;
/** UTF-16 units of all paths and handles that are remembered. */
const MOST_TEXT = 4 * 1024 * 1024;
const MOST_STATS = 64;

const REPLY = { status: 101, handle: 102, data: 103, attributes: 105 } as const;
const EOF = 1;
const STATUS = [
  'ok',
  'end of file',
  'no such file',
  'permission denied',
  'failure',
  'bad message',
  'no connection',
  'connection lost',
  'unsupported',
];

interface Stat {
  readonly mode: number | null;
  readonly size: number | null;
}

type Change = Omit<FileChange, 'result'>;

/** What the answer to a request will mean. `text`: how much of `MOST_TEXT` it holds. */
type Pending = { readonly text: number } & (
  | { readonly type: 'open'; readonly request: Extract<Request, { type: 'open' }> }
  | { readonly type: 'stat'; readonly path: string }
  | { readonly type: 'fstat'; readonly file: OpenFile }
  | { readonly type: 'write'; readonly file: OpenFile }
  | { readonly type: 'close'; readonly file: OpenFile }
  | { readonly type: 'read'; readonly file: OpenFile; readonly offset: number; readonly length: number }
  | { readonly type: 'change'; readonly change: Change; readonly then: (() => void) | null }
  | { readonly type: 'other' }
);

function sftpReader(tell: Tell): Reader {
  const budget: Budget = { left: WINDOW };
  const pending = new Map<number, Pending>();
  const files = new Map<string, OpenFile>();
  const stats = new Map<string, Stat>();
  const cutters = { toTarget: packetCutter(LONGEST_PACKET), fromTarget: packetCutter(LONGEST_PACKET) };
  let text = 0;
  let versions = 0;

  const hold = (more: number): number => {
    text += more;
    if (text > MOST_TEXT) throw new Lost('too many paths at once');
    return more;
  };
  const change = (operation: string, path: string, to: string | null, then: (() => void) | null): Pending => {
    const kept = hold(path.length + (to?.length ?? 0));
    return {
      type: 'change',
      text: kept,
      change: { kind: 'change', protocol: 'sftp', operation, path, to },
      then,
    };
  };
  const finish = (file: OpenFile, result: string): void => {
    for (const one of transfersOf(file, result)) tell(one);
  };

  const write = (request: Extract<Request, { type: 'write' }>, file: OpenFile): Pending => {
    const appended = (file.flags & OPEN.append) !== 0;
    file.written.push(appended ? file.written.extent : request.offset, request.data);
    file.unanswered += 1;
    return { type: 'write', text: 0, file };
  };
  const close = (handle: string, file: OpenFile): Pending => {
    files.delete(handle);
    text -= file.path.length + handle.length;
    return { type: 'close', text: hold(file.path.length), file };
  };
  const setAttributes = (request: Extract<Request, { type: 'fsetstat' }>, file: OpenFile): Pending => {
    const { attributes } = request;
    const apply = (): void => {
      file.mode = attributes.mode ?? file.mode;
      if (attributes.size === null) return;
      if (attributes.size === file.written.extent) file.whole = true;
      else file.written.spoil('its size was set');
    };
    return change('set attributes', file.path, attributesText(attributes), apply);
  };
  const copy = (from: string, into: OpenFile): Pending => {
    into.written.spoil('it was copied on the target');
    return change('copy', files.get(from)?.path ?? 'a file that is not open', into.path, null);
  };
  const ofFile = (request: Request): Pending | null => {
    if (!('handle' in request) && request.type !== 'copy') return null;
    const handle = request.type === 'copy' ? request.to : request.handle;
    const file = files.get(handle);
    if (file === undefined) return { type: 'other', text: 0 };
    switch (request.type) {
      case 'write':
        return write(request, file);
      case 'read': {
        file.unanswered += 1;
        return { type: 'read', text: 0, file, offset: request.offset, length: request.length };
      }
      case 'close':
        return close(handle, file);
      case 'fsetstat':
        return setAttributes(request, file);
      case 'copy':
        return copy(request.from, file);
      default:
        return { type: 'fstat', text: 0, file };
    }
  };
  const ofPath = (request: Request): Pending => {
    switch (request.type) {
      case 'open':
        return { type: 'open', text: hold(request.path.length), request };
      case 'stat':
        return { type: 'stat', text: hold(request.path.length), path: request.path };
      case 'change':
        return change(request.operation, request.path, request.to, null);
      default:
        return { type: 'other', text: 0 };
    }
  };
  const asked = (packet: Buffer): void => {
    const fields = fieldsOf(packet);
    const type = fields.u8();
    if (type === 1) return;
    const id = fields.u32();
    if (pending.has(id)) throw new Lost('a request has the number of one that is not answered');
    if (pending.size >= MOST_REQUESTS) throw new Lost('too many requests at once');
    const request = requestOf(type, fields);
    pending.set(id, ofFile(request) ?? ofPath(request));
  };

  const opened = (request: Extract<Request, { type: 'open' }>, handle: string): void => {
    if (files.has(handle) || handle.length > 256 || files.size >= MOST_FILES)
      throw new Lost('the target gave a handle that cannot be');
    hold(request.path.length + handle.length);
    const { path, flags, attributes } = request;
    const known = stats.get(path) ?? { mode: null, size: null };
    const mode = (flags & OPEN.create) === 0 ? known.mode : (attributes.mode ?? known.mode);
    files.set(handle, openFile(path, flags, { mode, size: known.size }, budget));
  };
  const remember = (path: string, stat: Stat): void => {
    stats.delete(path);
    stats.set(path, stat);
    const [oldest] = stats.keys();
    if (stats.size > MOST_STATS && oldest !== undefined) stats.delete(oldest);
  };
  const readAnswer = (one: Extract<Pending, { type: 'read' }>, type: number, fields: Fields): void => {
    one.file.unanswered -= 1;
    if (type === REPLY.data) {
      const data = fields.bytes();
      if (data.length > one.length) throw new Lost('the target gave more than was asked for');
      return one.file.read.push(one.offset, data);
    }
    const status = type === REPLY.status ? fields.u32() : 4;
    if (status === EOF) one.file.ends = Math.min(one.file.ends ?? one.offset, one.offset);
    else one.file.trouble ??= statusText(status);
  };
  const statAnswer = (one: Extract<Pending, { type: 'stat' | 'fstat' }>, fields: Fields): void => {
    const { mode, size } = fields.attributes();
    if (one.type === 'stat') return remember(one.path, { mode, size });
    one.file.mode = mode ?? one.file.mode;
    one.file.size = size ?? one.file.size;
  };
  const statusAnswer = (one: Pending, result: string): void => {
    if (one.type === 'open') {
      const { path, flags, attributes } = one.request;
      tell(refusedOpen(path, flags, attributes.mode, result));
    } else if (one.type === 'write') {
      one.file.unanswered -= 1;
      if (result !== 'ok') one.file.trouble ??= result;
    } else if (one.type === 'close') finish(one.file, result);
    else if (one.type === 'change') {
      if (result === 'ok') one.then?.();
      tell({ ...one.change, result });
    }
  };
  const answer = (one: Pending, type: number, fields: Fields): void => {
    if (one.type === 'read') return readAnswer(one, type, fields);
    if (one.type === 'stat' || one.type === 'fstat') {
      if (type === REPLY.attributes) statAnswer(one, fields);
    } else if (type === REPLY.handle && one.type === 'open') opened(one.request, handleText(fields.bytes()));
    else if (type === REPLY.status) statusAnswer(one, statusText(fields.u32()));
    else if (one.type === 'change') statusAnswer(one, type === 201 ? 'ok' : 'an answer that cannot be read');
    else if (one.type !== 'other') throw new Lost('the target gave an answer that does not fit');
  };
  const answered = (packet: Buffer): void => {
    const fields = fieldsOf(packet);
    const type = fields.u8();
    const id = fields.u32();
    if (type === 2) {
      versions += 1;
      if (id !== 3 || versions > 1) throw new Lost(`it is version ${id} of the protocol`);
      return;
    }
    const one = pending.get(id);
    if (one === undefined) throw new Lost('the target answered what nobody asked');
    pending.delete(id);
    text -= one.text;
    answer(one, type, fields);
  };
  const rest = (result: string): void => {
    for (const one of pending.values()) {
      if (one.type === 'close') finish(one.file, 'its end was not answered');
      if (one.type === 'change') tell({ ...one.change, result: 'not answered' });
      if (one.type === 'open')
        tell(refusedOpen(one.request.path, one.request.flags, one.request.attributes.mode, 'not answered'));
    }
    pending.clear();
    for (const file of files.values()) finish(file, result);
    files.clear();
  };
  return {
    toTarget: (bytes) => cutters.toTarget(bytes, asked),
    fromTarget: (bytes) => cutters.fromTarget(bytes, answered),
    end: () => rest('it was not closed'),
    abandon: () => rest('it was not followed to its end'),
  };
}

function statusText(status: number): string {
  return STATUS[status] ?? `status ${status}`;
}
