import { readKey, type SshKey } from './key-blob.js';
import { SshReader } from './ssh-reader.js';

/** The end of every certificate's type and signature algorithm. */
export const CERTIFICATE = '-cert-v01@openssh.com';

/** An OpenSSH certificate as it says it is (PROTOCOL.certkeys); nothing of it is verified yet. */
export interface Certificate {
  readonly key: SshKey;
  readonly serial: bigint;
  readonly kind: 'user' | 'host' | 'unknown';
  readonly id: string;
  readonly principals: readonly string[];
  /** Seconds since 1970; `before` is the first second in which it is not valid any more. */
  readonly after: bigint;
  readonly before: bigint;
  readonly critical: ReadonlyMap<string, Buffer>;
  readonly extensions: ReadonlyMap<string, Buffer>;
  readonly authority: Buffer;
  readonly signed: Buffer;
  readonly signature: Buffer;
}

/** The type of the key inside of a certificate's: ssh-ed25519, sk-ssh-ed25519@openssh.com, … Null: it is no certificate's. */
export function plainType(type: string): string | null {
  if (!type.endsWith(CERTIFICATE)) return null;
  const plain = type.slice(0, -CERTIFICATE.length);
  return plain.startsWith('sk-') ? `${plain}@openssh.com` : plain;
}

/** Null: these bytes are not a certificate, to the last of them. */
export function parseCertificate(blob: Buffer): Certificate | null {
  const reader = new SshReader(blob);
  const type = plainType(reader.text() ?? '');
  const nonce = reader.string();
  const key = type === null || nonce === null ? null : readKey(type, reader);
  if (key === null) return null;
  const serial = reader.uint64();
  const kind = reader.uint32();
  const id = reader.text();
  const principals = texts(reader.string());
  const [after, before] = [reader.uint64(), reader.uint64()];
  const [critical, extensions] = [options(reader.string()), options(reader.string())];
  const [reserved, authority] = [reader.string(), reader.string()];
  const signed = reader.passed;
  const signature = reader.string();
  if (serial === null || id === null || principals === null || after === null || before === null) return null;
  if (critical === null || extensions === null || reserved === null) return null;
  if (authority === null || signature === null || !reader.done) return null;
  const named = kind === 1 ? 'user' : kind === 2 ? 'host' : 'unknown';
  return {
    key,
    serial,
    kind: named,
    id,
    principals,
    after,
    before,
    critical,
    extensions,
    authority,
    signed,
    signature,
  };
}

function texts(bytes: Buffer | null): readonly string[] | null {
  if (bytes === null) return null;
  const reader = new SshReader(bytes);
  const found: string[] = [];
  while (!reader.done) {
    const one = reader.text();
    if (one === null) return null;
    found.push(one);
  }
  return found;
}

/** Names with their data. A name that comes twice would mean two things: the whole certificate is none. */
function options(bytes: Buffer | null): ReadonlyMap<string, Buffer> | null {
  if (bytes === null) return null;
  const reader = new SshReader(bytes);
  const found = new Map<string, Buffer>();
  while (!reader.done) {
    const [name, data] = [reader.text(), reader.string()];
    if (name === null || data === null || found.has(name)) return null;
    found.set(name, data);
  }
  return found;
}
