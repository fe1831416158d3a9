import { CERTIFICATE, plainType } from './certificate.js';
import { type Circumstances, judgeCertificate } from './judge-certificate.js';
import { keyFromBlob, type SshKey } from './key-blob.js';
import { keyFingerprint } from './public-key.js';
import { SshReader } from './ssh-reader.js';
import { namedSignature, verifySignature } from './verify-signature.js';

/** What a login by key brings: the blob that was offered, the signature algorithm, what was signed and the raw signature. */
export interface KeyEvidence {
  readonly key: string;
  readonly algorithm: string;
  readonly signed: Buffer;
  readonly signature: Buffer;
  /** The user name in what was signed, where it says more than who it is. */
  readonly signedUser?: string | undefined;
}

/** A key that is registered for a user. */
export interface RegisteredKey {
  readonly base64: string;
  /** A security key that must see its owner (PIN or finger) each time. */
  readonly verifyRequired: boolean;
}

export type Trusted =
  /** `how`: in what way, for the audit. */
  | { readonly ok: true; readonly key: SshKey; readonly verifyRequired: boolean; readonly how: string }
  /** For the audit. */
  | { readonly ok: false; readonly why: 'wrong-key' | `certificate: ${string}` };

/** Whether a key or certificate that is offered counts for this user at all; that he has its private part is yet to be shown. */
export function trustKey(base64: string, registered: readonly RegisteredKey[], at: Circumstances): Trusted {
  const blob = Buffer.from(base64, 'base64');
  const type = new SshReader(blob).text() ?? '';
  if (type.endsWith(CERTIFICATE)) return trustCertificate(blob, at);
  const found = registered.find((one) => one.base64 === base64);
  const key = keyFromBlob(blob);
  if (found === undefined || key === null) return { ok: false, why: 'wrong-key' };
  return { ok: true, key, verifyRequired: found.verifyRequired, how: `publickey ${keyFingerprint(blob)}` };
}

function trustCertificate(blob: Buffer, at: Circumstances): Trusted {
  const judged = judgeCertificate(blob, at);
  if (!judged.ok) return judged;
  const { id, serial, authority } = judged.certificate;
  const how = `publickey, certificate "${id}" serial ${serial} of ${keyFingerprint(authority)}`;
  return { ok: true, key: judged.key, verifyRequired: judged.verifyRequired, how };
}

/**
 * Verifies an SSH user-authentication signature (RFC 4252 §7) by a trusted key, and that what was signed names this user
 * and this key: a signature for something else is worth nothing here.
 */
export function verifyUserAuth(
  evidence: KeyEvidence,
  user: string,
  { key, verifyRequired }: Pick<Extract<Trusted, { ok: true }>, 'key' | 'verifyRequired'>,
): boolean {
  const plain = plainType(evidence.algorithm);
  const given = plain === null ? evidence : namedSignature(evidence.signature);
  if (given === null || (plain !== null && given.algorithm !== plain)) return false;
  const { algorithm, signature } = given;
  return (
    signsThis(evidence, user) &&
    verifySignature(key, { algorithm, signed: evidence.signed, signature }, verifyRequired)
  );
}

/** session id, byte 50, user, "ssh-connection", "publickey", TRUE, algorithm, key blob. */
function signsThis({ signed, algorithm, key }: KeyEvidence, user: string): boolean {
  const reader = new SshReader(signed);
  const sessionId = reader.string();
  if (sessionId === null || sessionId.length < 20 || reader.byte() !== 50) return false;
  if (reader.text() !== user || reader.text() !== 'ssh-connection') return false;
  if (reader.text() !== 'publickey' || reader.byte() !== 1) return false;
  return (
    reader.text() === algorithm && reader.string()?.equals(Buffer.from(key, 'base64')) === true && reader.done
  );
}
