import type { Connection } from 'ssh2';

type OnPayload = (payload: Buffer) => unknown;

/** As ssh2-guards.ts: reaches into ssh2 1.17.0. */
interface Internals {
  readonly _protocol: {
    readonly _onPayload: OnPayload;
    readonly _decipher: { _onPayload: OnPayload };
  };
}

/** SSH_MSG_IGNORE, UNIMPLEMENTED, DEBUG: they mean nothing. */
const MEANINGLESS: readonly (number | undefined)[] = [2, 3, 4];
/** From here on: messages of the connection protocol (RFC 4250 §4.1.2). */
const CONNECTION = 80;

/**
 * While keys are renewed a client sends nothing else (RFC 4253 §7.1), and ssh2 hangs up on who does. asyncssh 2.10 (Debian 12)
 * does: a meaningless packet before each of its own, and its data go on. OpenSSH bears both, and so do we. Strict key exchange, which
 * forbids them, is about the first exchange only; what is asked meanwhile waits in ssh2's queue, which ssh2-guards.ts bounds.
 * @returns what is to be called when ssh2 has begun an exchange, before the next packet.
 */
export function bearsOthersInRenewals(connection: Connection): () => void {
  const { _protocol: protocol } = connection as unknown as Internals;
  let first = true;
  connection.once('handshake', () => (first = false));
  return () => {
    if (first) return;
    // of this exchange: its end brings another decipher
    const decipher = protocol._decipher;
    const exchange = decipher._onPayload;
    decipher._onPayload = (payload) => {
      const [type = 0] = payload;
      return MEANINGLESS.includes(type) || type >= CONNECTION
        ? protocol._onPayload(payload)
        : exchange(payload);
    };
  };
}
