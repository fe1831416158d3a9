/** The names that begin an SSH_MSG_KEXINIT (RFC 4253 §7.1): methods of key exchange, then kinds of host key. */
export interface KexinitNames {
  readonly kex: readonly string[];
  readonly hostKey: readonly string[];
}

const KEX_AT = 1 + 16;

/** @returns null when the packet ends before its second list. */
export function kexinitNames(kexinit: Buffer): KexinitNames | null {
  const kex = listAt(kexinit, KEX_AT);
  const hostKey = kex === null ? null : listAt(kexinit, kex.end);
  return kex === null || hostKey === null ? null : { kex: kex.names, hostKey: hostKey.names };
}

/**
 * The ciphers of the same packet: from client to server, and from server to client.
 * @returns null when it ends before them.
 */
export function kexinitCiphers(kexinit: Buffer): readonly [readonly string[], readonly string[]] | null {
  const hostKeyAt = listAt(kexinit, KEX_AT)?.end ?? kexinit.length;
  const toServer = listAt(kexinit, listAt(kexinit, hostKeyAt)?.end ?? kexinit.length);
  const toClient = toServer === null ? null : listAt(kexinit, toServer.end);
  return toServer === null || toClient === null ? null : [toServer.names, toClient.names];
}

/** The same packet with other methods of key exchange; it has to be one that `kexinitNames` could read. */
export function withKex(kexinit: Buffer, names: readonly string[]): Buffer {
  const list = Buffer.from(names.join(','), 'latin1');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(list.length);
  const end = KEX_AT + 4 + kexinit.readUInt32BE(KEX_AT);
  return Buffer.concat([kexinit.subarray(0, KEX_AT), length, list, kexinit.subarray(end)]);
}

function listAt(
  bytes: Buffer,
  at: number,
): { readonly names: readonly string[]; readonly end: number } | null {
  if (at + 4 > bytes.length) return null;
  const end = at + 4 + bytes.readUInt32BE(at);
  return end > bytes.length ? null : { names: bytes.toString('latin1', at + 4, end).split(','), end };
}
