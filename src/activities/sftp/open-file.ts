import type { Transfer } from '#/domain/activity.js';
import { type Budget, type Flow, openFlow } from '../flow.js';
import { OPEN } from './request.js';

/** A file that is open on the target, and what moved in it. */
export interface OpenFile {
  readonly path: string;
  readonly flags: number;
  readonly read: Flow;
  readonly written: Flow;
  mode: number | null;
  /** Of the whole file, as the target said. */
  size: number | null;
  /** Where the target said that the file ends. */
  ends: number | null;
  /** What was written is the whole file: it was emptied at first, or cut at the end. */
  whole: boolean;
  /** The first thing that went wrong. */
  trouble: string | null;
  unanswered: number;
}

export function openFile(
  path: string,
  flags: number,
  known: { readonly mode: number | null; readonly size: number | null },
  budget: Budget,
): OpenFile {
  const emptied =
    (flags & OPEN.truncate) !== 0 || ((flags & OPEN.create) !== 0 && (flags & OPEN.exclusive) !== 0);
  const file: OpenFile = {
    path,
    flags,
    read: openFlow(budget),
    written: openFlow(budget),
    ...known,
    ends: null,
    whole: emptied,
    trouble: null,
    unanswered: 0,
  };
  if ((flags & OPEN.append) !== 0 && !emptied) file.written.spoil('it was appended to');
  return file;
}

/** What is to be told of a file when it is closed (`result`: how that went), once for each direction in which it was used. */
export function transfersOf(file: OpenFile, result: string): readonly Transfer[] {
  const writes = (file.flags & (OPEN.write | OPEN.append)) !== 0;
  const reads = (file.flags & OPEN.read) !== 0;
  return [
    ...(writes && (file.written.bytes > 0 || !reads || file.whole) ? [upload(file, result)] : []),
    ...(reads && (file.read.bytes > 0 || !writes) ? [download(file, result)] : []),
  ];
}

function upload(file: OpenFile, result: string): Transfer {
  const { written } = file;
  written.finish();
  if (!file.whole) written.spoil('the file was neither emptied before nor cut after it');
  return transfer(file, 'upload', written, file.whole ? written.extent : null, result);
}

function download(file: OpenFile, result: string): Transfer {
  const { read } = file;
  read.finish();
  if (file.ends !== read.position && file.size !== read.position) read.spoil('not all of it was read');
  return transfer(file, 'download', read, file.ends === read.position ? read.position : file.size, result);
}

function transfer(
  file: OpenFile,
  direction: Transfer['direction'],
  flow: Flow,
  size: number | null,
  closed: string,
): Transfer {
  const result = file.trouble ?? closed;
  if (file.unanswered > 0) flow.spoil('not every request was answered');
  if (result !== 'ok') flow.spoil('it did not go well');
  return {
    kind: 'transfer',
    protocol: 'sftp',
    direction,
    path: file.path,
    name: null,
    size,
    bytes: flow.bytes,
    ...flow.hash(),
    mode: file.mode,
    result,
  };
}

/** An open that was refused. */
export function refusedOpen(path: string, flags: number, mode: number | null, result: string): Transfer {
  return {
    kind: 'transfer',
    protocol: 'sftp',
    direction: (flags & OPEN.write) === 0 ? 'download' : 'upload',
    path,
    name: null,
    size: null,
    bytes: 0,
    sha256: null,
    noHash: 'it was not opened',
    mode,
    result,
  };
}
