import type { ForwardTo } from '#/domain/forward-pattern.js';

/** Of this function the ssh that holds a login prints everything, too: who connected where the target listens. */
export const ORIGIN_LOG = 'clientloop.c:client_request_forwarded_tcpip():*';

const CAME = /: listen (\S*) port (\d+), originator (\S+) port (\d+)$/;
const MOST_KEPT = 256;
/** The client connects to us on one socket and says who it is on another. Milliseconds. */
const PATIENCE = 250;

/** What the ssh that holds a login says, on its standard error, of connections that come in where the target listens. */
export interface Origins {
  heard(line: string): void;
  /** The next that came in there and was not taken yet; null: nothing was said. */
  take(at: ForwardTo): Promise<ForwardTo | null>;
}

export function watchOrigins(): Origins {
  const came: { readonly at: string; readonly from: ForwardTo }[] = [];
  const waiting = new Set<() => void>();
  const find = (at: string): ForwardTo | null => {
    const place = came.findIndex((one) => one.at === at);
    return place < 0 ? null : (came.splice(place, 1)[0]?.from ?? null);
  };
  return {
    heard(line) {
      const [, host = '', port = '', from, fromPort] = CAME.exec(line) ?? [];
      if (from === undefined) return;
      came.push({ at: key(host, port), from: { host: from, port: Number(fromPort) } });
      if (came.length > MOST_KEPT) came.shift();
      for (const go of [...waiting]) go();
    },
    take(at) {
      const wanted = key(at.host, String(at.port));
      const { promise, resolve } = Promise.withResolvers<ForwardTo | null>();
      const look = (): void => {
        const found = find(wanted);
        if (found !== null) over(found);
      };
      const over = (found: ForwardTo | null): void => {
        clearTimeout(timer);
        waiting.delete(look);
        resolve(found);
      };
      const timer = setTimeout(() => over(null), PATIENCE);
      waiting.add(look);
      look();
      return promise;
    },
  };
}

function key(host: string, port: string): string {
  return `${host === '' ? '*' : host.toLowerCase()} ${port}`;
}
