import { BlockList, isIP } from 'node:net';
import { type Certificate, parseCertificate } from './certificate.js';
import { keyFromBlob, type SshKey, weakness } from './key-blob.js';
import { SshReader } from './ssh-reader.js';
import { namedSignature, verifySignature } from './verify-signature.js';

export interface Circumstances {
  /** base64 blobs of the keys whose certificates count. */
  readonly authorities: readonly string[];
  /** The vault user's name: it must be among the principals, letter by letter. */
  readonly user: string;
  /** The client's address, as the door saw it. */
  readonly address: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export type Judgement =
  | {
      readonly ok: true;
      readonly key: SshKey;
      readonly verifyRequired: boolean;
      readonly certificate: Certificate;
    }
  /** `why` is for the audit, never for the person. */
  | { readonly ok: false; readonly why: `certificate: ${string}` };

/** Is this the certificate of a user who may come in with it, here and now? Who shows it has yet to prove that he has its key. */
export function judgeCertificate(blob: Buffer, at: Circumstances): Judgement {
  const certificate = parseCertificate(blob);
  if (certificate === null) return no('not a certificate');
  const { kind, principals, after, before, key, critical, extensions } = certificate;
  if (kind !== 'user') return no('not a user certificate');
  const untrusted = signedBy(certificate, at.authorities);
  if (untrusted !== null) return no(untrusted);
  if (weakness(key) !== null) return no(`the key ${weakness(key) ?? ''}`);
  // a certificate without principals is one for everybody: that is never meant
  if (!principals.includes(at.user)) return no('the user is not among its principals');
  const seconds = BigInt(Math.floor(at.now / 1000));
  if (seconds < after) return no('not valid yet');
  if (seconds >= before) return no('not valid any more');
  const refused = optionRefused(critical, at.address);
  if (refused !== null) return no(refused);
  if (!extensions.has('permit-pty')) return no('it does not permit a terminal');
  return { ok: true, key, verifyRequired: critical.has('verify-required'), certificate };

  function no(why: string): Judgement {
    return { ok: false, why: `certificate: ${why}` };
  }
}

/** What an authority may sign with; `ssh-rsa` is SHA-1. A certificate cannot be an authority: it is not a key. */
const AUTHORITY_ALGORITHMS = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-256',
  'rsa-sha2-512',
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
];

function signedBy(
  { authority, signed, signature }: Certificate,
  authorities: readonly string[],
): string | null {
  if (!authorities.includes(authority.toString('base64'))) return 'its authority is not trusted';
  const [key, given] = [keyFromBlob(authority), namedSignature(signature)];
  if (key === null || given === null) return 'its signature cannot be read';
  if (!AUTHORITY_ALGORITHMS.includes(given.algorithm)) return `signed with ${given.algorithm}`;
  return verifySignature(key, { ...given, signed }, false) ? null : 'its signature is wrong';
}

/** An option that is not understood must be refused (PROTOCOL.certkeys); force-command would promise what no menu keeps. */
function optionRefused(critical: ReadonlyMap<string, Buffer>, address: string): string | null {
  for (const [name, data] of critical) {
    if (name === 'verify-required') continue;
    if (name !== 'source-address') return `critical option ${name}`;
    const reader = new SshReader(data);
    const list = reader.text();
    if (list === null || !reader.done || !isFrom(list, address)) return 'not from this address';
  }
  return null;
}

/** Is the address in the list of addresses and networks? One entry that cannot be read makes it a no. */
function isFrom(list: string, from: string): boolean {
  const address = from.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
  const family = isIP(address);
  const networks = new BlockList();
  for (const entry of list.split(',')) {
    const [network = '', length, ...more] = entry.split('/');
    const kind = isIP(network);
    const bits = length === undefined ? (kind === 4 ? 32 : 128) : Number(length);
    if (kind === 0 || more.length > 0 || !/^\d{1,3}$/.test(length ?? '0') || bits > (kind === 4 ? 32 : 128))
      return false;
    networks.addSubnet(network, bits, kind === 4 ? 'ipv4' : 'ipv6');
  }
  return family !== 0 && networks.check(address, family === 4 ? 'ipv4' : 'ipv6');
}
