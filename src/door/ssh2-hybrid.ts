import type { Connection } from 'ssh2';
import { answerHybrid, HYBRID, type HybridAnswer } from './hybrid-exchange.js';
import { kexinitNames, withKex } from './kexinit.js';
import { changedOffer, type Offer } from './ssh2-offer.js';

/**
 * As ssh2-guards.ts: reaches into ssh2 1.17.0, which knows no key exchange that withstands a quantum computer, and has no hook for
 * one; OpenSSH 10.1 and newer warn about that at every connection. ssh2 is told that X25519 was agreed upon, where it
 * was the hybrid, and its exchange then gets the hybrid's keys and the packet as it really came.
 */
interface Internals {
  readonly _protocol: {
    _offer: Offer;
    _kex: Exchange | undefined;
    readonly _packetRW: { read: Reader };
  };
}
interface Reader {
  read(payload: Buffer): Buffer;
}
interface Exchange {
  _remoteKexinit: Buffer;
  convertPublicKey(key: Buffer): Buffer;
  computeSecret(theirs: Buffer): Buffer | Error;
  getPublicKey(): Buffer;
}

const KEXINIT = 20;
const STAND_IN = 'curve25519-sha256';

/** To be called before our KEXINIT is sent, which ssh2 does after it announced the connection. `kexinit` is given each of the client's; `begun`: ssh2 has begun the exchange. */
export function offerHybrid(
  connection: Connection,
  heard: { readonly kexinit: (packet: Buffer) => void; readonly begun: () => void },
): void {
  const { _protocol: protocol } = connection as unknown as Internals;
  const { kex } = protocol._offer.lists;
  protocol._offer = changedOffer(protocol._offer, { kex: [HYBRID, ...kex.array] });
  /** The client's packet, when what it begins is the hybrid. */
  let begun: Buffer | null = null;
  const known = (payload: Buffer): Buffer => {
    if (payload[0] !== KEXINIT) return payload;
    heard.kexinit(payload);
    const theirs = kexinitNames(payload)?.kex ?? [];
    const agreed = theirs.find((name) => protocol._offer.lists.kex.array.includes(name));
    begun = agreed === HYBRID ? payload : null;
    return begun === null ? payload : withKex(payload, standIn(theirs));
  };
  onEach(protocol._packetRW, 'read', (reader) => {
    const read = reader.read.bind(reader);
    reader.read = (payload) => known(read(payload));
  });
  onEach(protocol, '_kex', (exchange) => {
    if (exchange === undefined) return;
    if (begun !== null) becomeHybrid(exchange, begun);
    begun = null;
    heard.begun();
  });
}

/** The names with what ssh2 knows in the hybrid's place: everything else that they tell stays. */
function standIn(names: readonly string[]): readonly string[] {
  return names.map((name) => (name === HYBRID ? STAND_IN : name));
}

function becomeHybrid(exchange: Exchange, kexinit: Buffer): void {
  let answer: HybridAnswer | null = null;
  exchange._remoteKexinit = kexinit;
  // ssh2 asks in this order: theirs, the secret, ours
  exchange.convertPublicKey = (key) => key;
  exchange.computeSecret = (theirs) => {
    answer = answerHybrid(theirs);
    return answer?.secret ?? new Error(`not the keys of ${HYBRID}`);
  };
  exchange.getPublicKey = () => {
    if (answer === null) throw new Error('asked for our key before theirs');
    return answer.reply;
  };
}

/** Calls `change` with what the property holds, and with whatever it is set to from now on. */
function onEach<T extends object, K extends keyof T>(holder: T, key: K, change: (value: T[K]) => void): void {
  let value = holder[key];
  change(value);
  Object.defineProperty(holder, key, {
    get: () => value,
    set(next: T[K]) {
      value = next;
      change(next);
    },
  });
}
