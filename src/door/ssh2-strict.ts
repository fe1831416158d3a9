import type { Connection } from 'ssh2';

/** As ssh2-guards.ts: reaches into ssh2 1.17.0. */
interface Internals {
  readonly _protocol: {
    _strictMode: boolean | undefined;
    /** Set while keys are being exchanged. */
    readonly _kexinit: unknown;
  };
}

/** SSH_MSG_IGNORE, UNIMPLEMENTED, DEBUG. */
const MEANINGLESS: readonly (number | undefined)[] = [2, 3, 4];

/**
 * Strict key exchange forbids packets without a meaning in the first exchange only. ssh2 hangs up on them in every later one,
 * too: asyncssh, which sends one before each packet, lost its connection whenever keys were renewed.
 * @returns what is to be told of each packet, before ssh2 judges it.
 */
export function strictAtFirst(connection: Connection): (payload: Buffer) => void {
  const { _protocol: protocol } = connection as unknown as Internals;
  let strict = protocol._strictMode;
  let first = true;
  let lenient = false;
  connection.once('handshake', () => (first = false));
  Object.defineProperty(protocol, '_strictMode', {
    get() {
      const now = lenient ? false : strict;
      lenient = false;
      return now;
    },
    set(value: boolean) {
      strict = value;
    },
  });
  return (payload) => {
    lenient = !first && protocol._kexinit !== undefined && MEANINGLESS.includes(payload[0]);
  };
}
