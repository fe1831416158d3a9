import type { Spoken } from '../classify.js';
import { careful, Lost, type Observer, pathText, type Reader, type Tell } from '../observer.js';
import { observeTotals } from '../totals.js';
import { compressedContents, contents, type Moved } from './contents.js';
import { type Listed, listReader, names } from './file-list.js';
import { byte, indexReader, int, varint, vstring } from './numbers.js';
import { type RsyncOptions, rsyncOptions } from './options.js';
import { demultiplexed, type Pulling, pulled } from './pull.js';

type Asked = Extract<Spoken, { protocol: 'rsync' }>;

/** Follows what the sender of an rsync 3.2 or newer says: its lists of files, and what moves of each. */
export function observeRsync(asked: Asked): Observer {
  const totals = observeTotals('rsync', asked.command);
  const files = careful('rsync', (tell) => rsyncReader(asked, tell));
  return {
    toTarget: (bytes) => [...totals.toTarget(bytes), ...files.toTarget(bytes)],
    fromTarget: (bytes) => [...totals.fromTarget(bytes), ...files.fromTarget(bytes)],
    end: () => [...files.end(), ...totals.end()],
  };
}

const COMPAT = { incremental: 1, varintFlags: 128, nameOfZero: 256 } as const;
const ITEM = { basis: 1 << 11, otherName: 1 << 12, transfer: 1 << 15 } as const;
const INDEX = { done: -1, lastList: -2, deleted: -3, list: -101 } as const;
const OLDEST = 30;
const NOTHING: Moved = { bytes: 0, whole: false, sha256: null, noHash: null };
/** Bytes of the checksums that the two may agree on. */
const CHECKSUMS: Readonly<Record<string, number>> = {
  xxh128: 16,
  xxh3: 8,
  xxh64: 8,
  md5: 16,
  md4: 16,
  sha1: 20,
};

function rsyncReader(asked: Asked, tell: Tell): Reader {
  let options: RsyncOptions | null = null;
  let flags = 0;
  const offered: { client: readonly string[]; server: readonly string[] } = { client: [], server: [] };
  let begun: Listed | null = null;
  const [client, server] = [pulled(fromClient()), pulled(fromServer())];
  return {
    toTarget: client,
    fromTarget: server,
    end() {
      if (begun !== null) tell(transfer(begun, NOTHING, 'it was not finished'));
    },
    abandon() {
      if (begun !== null) tell(transfer(begun, NOTHING, 'it could not be followed'));
    },
  };

  function known(): RsyncOptions {
    options ??= rsyncOptions(asked);
    return options;
  }

  function* fromClient(): Pulling {
    yield* version();
    offered.client = yield* checksums();
    if (!known().upload) return;
    yield* demultiplexed(pulled(sender()));
  }

  function* fromServer(): Pulling {
    yield* version();
    flags = yield* varint();
    if ((flags & COMPAT.varintFlags) === 0) throw new Lost('it is older than 3.2');
    offered.server = yield* checksums();
    yield* int(); // the seed of the checksums
    if (known().upload) return;
    yield* demultiplexed(pulled(sender()));
  }

  function* version(): Pulling {
    const number = yield* int();
    if (number < OLDEST || number > 255) throw new Lost('it is no rsync of today');
  }

  function* checksums(): Pulling<readonly string[]> {
    const found = (yield* vstring()).toString('latin1').split(' ');
    if (known().compressed) yield* vstring();
    return found;
  }

  function checksumBytes(): number {
    const name = offered.client.find((one) => offered.server.includes(one)) ?? '';
    const bytes = CHECKSUMS[name];
    if (bytes === undefined) throw new Lost('its checksums are not known here');
    return bytes;
  }

  function* sender(): Pulling {
    const { upload, filters, owner, group, numericIds } = known();
    const incremental = (flags & COMPAT.incremental) !== 0;
    if (upload && filters) for (let length = yield* int(); length !== 0; length = yield* int()) yield length;
    const reader = listReader(known(), checksumBytes());
    const all = new Map<number, Listed>();
    let [start, lists, done] = [incremental ? 1 : 0, 0, 0];
    const take = (list: readonly Listed[]): void => {
      list.forEach((one, at) => all.set(start + at, one));
      start += list.length + 1;
      lists += 1;
    };
    take(yield* reader.list());
    const zero = (flags & COMPAT.nameOfZero) !== 0;
    for (const wanted of incremental || numericIds ? [] : [owner, group]) if (wanted) yield* names(zero);
    const index = indexReader();
    // after two phases only statistics follow
    while (done < (incremental ? lists : 1) + 2) {
      const at = yield* index();
      if (at === INDEX.done) done += 1;
      else if (at === INDEX.deleted) for (let n = 0; n < 5; n += 1) yield* varint();
      else if (at <= INDEX.list) take(yield* reader.list());
      else if (at >= 0) yield* item(all.get(at) ?? null);
      else if (at !== INDEX.lastList) throw new Lost('it sent an index that means nothing');
    }
  }

  function* item(file: Listed | null): Pulling {
    const what = (yield 2).readUInt16LE(0);
    if ((what & ITEM.basis) !== 0) yield* byte();
    if ((what & ITEM.otherName) !== 0) yield* vstring();
    if ((what & ITEM.transfer) === 0 || known().dryRun) return;
    if (file === null) throw new Lost('it sent a file that is in no list');
    begun = file;
    yield 16; // how the blocks of what is there were made
    const moved = yield* known().compressed ? compressedContents(file.size) : contents();
    yield checksumBytes();
    begun = null;
    tell(transfer(file, moved, moved.whole && moved.bytes !== file.size ? 'it changed meanwhile' : 'ok'));
  }

  function transfer({ name, size, mode }: Listed, { bytes, sha256, noHash }: Moved, result: string) {
    const { upload, path } = known();
    return {
      kind: 'transfer',
      protocol: 'rsync',
      direction: upload ? 'upload' : 'download',
      path,
      name: pathText(name),
      size,
      bytes,
      sha256,
      noHash: sha256 === null ? (noHash ?? result) : null,
      mode: mode & 0o7777,
      result,
    } as const;
  }
}
