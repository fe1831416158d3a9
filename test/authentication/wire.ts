/** A string of SSH's (RFC 4251 §5). */
export function sshString(value: string | Buffer): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** What a client signs to log in (RFC 4252 §7). */
export function signedFor(user: string, algorithm: string, blob: Buffer): Buffer {
  return Buffer.concat([
    sshString(Buffer.alloc(32, 9)),
    Buffer.from([50]),
    ...[user, 'ssh-connection', 'publickey'].map(sshString),
    Buffer.from([1]),
    sshString(algorithm),
    sshString(blob),
  ]);
}
