import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { sshString } from '#/session/agent-wire.js';

export interface Authenticator {
  readonly type: string;
  readonly blob: Buffer;
  sign(message: Buffer, flags: number, counter: number): Buffer;
}

/** Signs as an authenticator does (OpenSSH's PROTOCOL.u2f), in the form that is left of it after the algorithm's name. */
export function authenticator(kind: 'ed25519' | 'ecdsa', application = 'ssh:'): Authenticator {
  const digest = (data: string | Buffer) => createHash('sha256').update(data).digest();
  const trailer = (flags: number, counter: number) => {
    const bytes = Buffer.alloc(5);
    bytes[0] = flags;
    bytes.writeUInt32BE(counter, 1);
    return bytes;
  };
  const made = (
    type: string,
    fields: readonly Buffer[],
    raw: (message: Buffer) => Buffer,
  ): Authenticator => ({
    type,
    blob: Buffer.concat([sshString(type), ...fields, sshString(application)]),
    sign(message, flags, counter) {
      const end = trailer(flags, counter);
      return Buffer.concat([raw(Buffer.concat([digest(application), end, digest(message)])), end]);
    },
  });
  const point = (key: KeyObject, part: 'x' | 'y') =>
    Buffer.from((key.export({ format: 'jwk' }) as Record<string, string>)[part] ?? '', 'base64url');
  if (kind === 'ed25519') {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    return made('sk-ssh-ed25519@openssh.com', [sshString(point(publicKey, 'x'))], (message) =>
      sign(null, message, privateKey),
    );
  }
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const whole = Buffer.concat([Buffer.from([4]), point(publicKey, 'x'), point(publicKey, 'y')]);
  const mpint = (bytes: Buffer) =>
    sshString((bytes[0] ?? 0) > 127 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
  return made('sk-ecdsa-sha2-nistp256@openssh.com', [sshString('nistp256'), sshString(whole)], (message) => {
    const rs = sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return Buffer.concat([mpint(rs.subarray(0, 32)), mpint(rs.subarray(32))]);
  });
}
