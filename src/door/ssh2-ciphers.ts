import type { Connection } from 'ssh2';
import { kexinitCiphers } from './kexinit.js';
import { changedOffer, type Offer } from './ssh2-offer.js';

/** As ssh2-guards.ts: reaches into ssh2 1.17.0. */
interface Internals {
  /** `_remoteIdentRaw`: the client's first line. */
  readonly _protocol: { _offer: Offer; readonly _remoteIdentRaw: Buffer | undefined };
}

/**
 * The client's order decides, and OpenSSH's begins with ChaCha20-Poly1305, of which ssh2 computes a part in WebAssembly and
 * which takes it four objects for each packet: half of all that the door spends on bulk. So a connection that turns out
 * to carry much, and whose client is OpenSSH's and knows AES-GCM as well, gets its next keys for that, and soon. Other clients
 * are left alone: few of them are used to new keys before a GiB, and it is OpenSSH that prefers ChaCha20-Poly1305.
 */
export interface QuickerCipher {
  /** The client begins a key exchange. */
  readonly heard: (kexinit: Buffer) => void;
  /** What was agreed. */
  agreed(ciphers: readonly [toServer: string, toClient: string]): void;
  /** A key exchange would bring a quicker cipher. */
  readonly better: boolean;
  /** Our next KEXINIT offers nothing else. */
  insist(): void;
}

const QUICK = ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com'] as const;
const isQuick = (name: string): boolean => QUICK.some((quick) => quick === name);

export function quickerCipher(connection: Connection): QuickerCipher {
  const { _protocol: protocol } = connection as unknown as Internals;
  let known = false;
  let quick = true;
  return {
    heard(kexinit) {
      known =
        protocol._remoteIdentRaw?.toString('latin1').startsWith('SSH-2.0-OpenSSH') === true &&
        (kexinitCiphers(kexinit)?.every((names) => names.some((name) => isQuick(name))) ?? false);
    },
    agreed(ciphers) {
      quick = ciphers.every((name) => isQuick(name));
    },
    get better() {
      return known && !quick;
    },
    insist() {
      protocol._offer = changedOffer(protocol._offer, { cipher: QUICK });
    },
  };
}
