import { argon2 } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { type EnvelopePlace, KEY_BYTES, NONCE_BYTES, open, seal } from './envelope.js';
import { META } from './keyring.js';
import type { MetaRecords } from './records/records.js';

/** RFC 9106's first choice for memory that a server has, once at a start: 256 MiB, 3 passes. */
const COST = { memory: 256 * 1024, passes: 3, parallelism: 1 } as const;
const PLACE: EnvelopePlace = {
  purpose: 'master-key',
  table: 'meta',
  row: META.masterKey,
  version: 1,
  context: [],
};

/** Reads the 32 bytes, raw or base64, from a file that nobody else can read. Lost or wide open: refused, and nothing is written. */
export function readMasterKey(path: string): Outcome<Buffer> {
  if (!existsSync(path))
    return refuse(
      `the master key file ${path} is missing; without it the vault cannot be opened: put it back from its backup`,
    );
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { mode } = fstatSync(fd);
    if ((mode & 0o077) !== 0)
      return refuse(
        `the master key file ${path} can be read by others (mode ${(mode & 0o777).toString(8)}): make it 0600`,
      );
    return parse(readFileSync(fd), path);
  } finally {
    closeSync(fd);
  }
}

/** Writes a new master key file, 0600. An existing one is never overwritten. */
export function writeMasterKey(path: string, key: Buffer): void {
  const fd = openSync(path, 'wx', 0o600);
  try {
    const text = Buffer.from(`${key.toString('base64')}\n`, 'latin1');
    writeSync(fd, text);
    text.fill(0);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function parse(bytes: Buffer, path: string): Outcome<Buffer> {
  if (bytes.length === KEY_BYTES) return done(bytes);
  const text = bytes.toString('latin1').trim();
  const key = /^[A-Za-z0-9+/]{43}=$/.test(text) ? Buffer.from(text, 'base64') : null;
  bytes.fill(0);
  return key?.length === KEY_BYTES
    ? done(key)
    : refuse(`the master key file ${path} does not hold a key of ${KEY_BYTES} bytes`);
}

/** Stores the master key sealed by a key derived from the passphrase. */
export async function storeUnderPassphrase(
  meta: MetaRecords,
  master: Buffer,
  passphrase: Buffer,
  random: (bytes: number) => Buffer,
): Promise<void> {
  const salt = random(16);
  const derived = await derive(passphrase, salt, COST);
  await meta.setValue(
    META.kdf,
    Buffer.from(JSON.stringify({ algorithm: 'argon2id', ...COST, salt: salt.toString('base64') }), 'utf8'),
  );
  await meta.setValue(META.masterKey, seal(derived, random(NONCE_BYTES), master, PLACE));
  derived.fill(0);
}

/** What a vault in passphrase mode keeps; null: it takes its key from a file. */
export interface PassphraseLock {
  readonly kdf: {
    readonly memory: number;
    readonly passes: number;
    readonly parallelism: number;
    readonly salt: string;
  };
  readonly sealed: Buffer;
}

export async function passphraseLock(meta: MetaRecords): Promise<PassphraseLock | null> {
  const [kdf, sealed] = [await meta.value(META.kdf), await meta.value(META.masterKey)];
  return kdf === null || sealed === null
    ? null
    : { kdf: JSON.parse(kdf.toString('utf8')) as PassphraseLock['kdf'], sealed };
}

export async function openWithPassphrase(
  { kdf, sealed }: PassphraseLock,
  passphrase: Buffer,
): Promise<Outcome<Buffer>> {
  const derived = await derive(passphrase, Buffer.from(kdf.salt, 'base64'), kdf);
  const master = open(derived, sealed, PLACE);
  derived.fill(0);
  return master === null ? failed(failure('PASSPHRASE_WRONG')) : done(master);
}

function derive(
  message: Buffer,
  nonce: Buffer,
  { memory, passes, parallelism }: { memory: number; passes: number; parallelism: number },
): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  argon2('argon2id', { message, nonce, memory, passes, parallelism, tagLength: KEY_BYTES }, (error, key) =>
    error === null ? resolve(key) : reject(error),
  );
  return promise;
}

function refuse(why: string): { readonly ok: false; readonly failure: ReturnType<typeof failure> } {
  return failed(failure('INTEGRITY', why));
}
