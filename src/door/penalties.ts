/** What a connection did that ended without an identity. */
export type Offence = 'authfail' | 'noauth' | 'grace-exceeded' | 'crash';

/** All in seconds, but `sources`: how many addresses are remembered. */
export interface PenaltyRules {
  readonly seconds: Readonly<Record<Offence, number>>;
  /** Nothing happens to an address before it has gathered this much. */
  readonly enforceFrom: number;
  readonly most: number;
  readonly sources: number;
}

/** The defaults of sshd_config's PerSourcePenalties (OpenSSH 9.8). */
export const OPENSSH_PENALTIES: PenaltyRules = {
  seconds: { authfail: 5, noauth: 1, 'grace-exceeded': 10, crash: 90 },
  enforceFrom: 15,
  most: 600,
  sources: 65_536,
};

export interface Penalty {
  /** In seconds of the clock that was passed in. */
  readonly until: number;
  readonly enforced: boolean;
}

/** Adds an offence to what is held against a source (null: nothing yet). Once enforced, a penalty stays so until it is over. */
export function penalise(held: Penalty | null, offence: Offence, now: number, rules: PenaltyRules): Penalty {
  const rest = held === null ? 0 : Math.max(0, held.until - now);
  const sum = Math.min(rest + rules.seconds[offence], rules.most);
  return { until: now + sum, enforced: (rest > 0 && held?.enforced === true) || sum >= rules.enforceFrom };
}

/** Seconds for which the source is still refused; 0 when it may come in. */
export function refusedFor(held: Penalty | null, now: number): number {
  return held?.enforced === true && held.until > now ? held.until - now : 0;
}

/** One source for penalties: an IPv4 address, or the /64 of an IPv6 address (which one person has to himself). */
export function penaltySource(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  if (!address.includes(':')) return address;
  return `${expand(address.split('%')[0] ?? '')
    .slice(0, 4)
    .join(':')}::/64`;
}

function expand(address: string): readonly string[] {
  const [head = '', tail] = address.toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros =
    tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  return [...left, ...zeros, ...right].map((part) => part.replace(/^0+(?=.)/, ''));
}

export interface PenaltyTable {
  record(source: string, offence: Offence, now: number): void;
  refusedFor(source: string, now: number): number;
  readonly size: number;
}

/** Remembers a bounded number of sources; when full, what is over goes first, then whoever is soonest free. */
export function penaltyTable(rules: PenaltyRules): PenaltyTable {
  const held = new Map<string, Penalty>();
  const makeRoom = (now: number): void => {
    for (const [source, { until }] of held) if (until <= now) held.delete(source);
    if (held.size < rules.sources) return;
    // in one go, or a flood of addresses would search the whole table for each of them
    const soonest = [...held]
      .sort(([, a], [, b]) => a.until - b.until)
      .slice(0, Math.ceil(rules.sources / 16));
    for (const [source] of soonest) held.delete(source);
  };
  return {
    record(source, offence, now) {
      if (held.size >= rules.sources && !held.has(source)) makeRoom(now);
      held.set(source, penalise(held.get(source) ?? null, offence, now, rules));
    },
    refusedFor: (source, now) => refusedFor(held.get(source) ?? null, now),
    get size() {
      return held.size;
    },
  };
}
