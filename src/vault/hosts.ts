import type { Connection } from './vault.js';

/** The session hosts that are connected now, by their number. */
export interface Hosts {
  join(host: number, connection: Connection): void;
  /** The host whose connection this was; null when it was none, or another connection of the same host is up already. */
  leave(connection: Connection): number | null;
  get(host: number): Connection | null;
  numbers(): readonly number[];
}

export function createHosts(): Hosts {
  const hosts = new Map<number, Connection>();
  return {
    join(host, connection) {
      // one process a number: what another one had is the new one's to claim or to lose
      const before = hosts.get(host);
      if (before !== undefined && before !== connection) before.host = null;
      connection.host = host;
      hosts.set(host, connection);
    },
    leave(connection) {
      if (connection.host === null || hosts.get(connection.host) !== connection) return null;
      hosts.delete(connection.host);
      return connection.host;
    },
    get: (host) => hosts.get(host) ?? null,
    numbers: () => [...hosts.keys()].toSorted((a, b) => a - b),
  };
}
