import { Duplex } from 'node:stream';
import type { ServerChannel } from 'ssh2';
import { inputFrom, outputTo } from './byte-streams.js';
import type { Outflow } from './ssh2-guards.js';
import { windowWriter } from './window-writer.js';

/** The one place that a menu's connection forwards to: `ssh -L 8722:web:80`. It is in no network. */
const PAGE = { host: 'web', port: 80 } as const;
/** A browser opens six for a page. */
const MOST = 16;

type Place = { readonly host: string; readonly port: number };

/** The way of a person's browser to his own pages, through his own connection. */
export interface PageChannels {
  readonly offer: (serve: ((stream: Duplex) => void) | null) => void;
  /** He is on his way there, and somebody serves them. */
  leadTo(place: Place | null): boolean;
  /** False: there are too many. */
  open(accept: () => ServerChannel, outflow: Outflow): boolean;
}

export function isPage(place: Place | null): boolean {
  return place?.host === PAGE.host && place.port === PAGE.port;
}

export function pageChannels(): PageChannels {
  let serve: ((stream: Duplex) => void) | null = null;
  let open = 0;
  return {
    offer(next) {
      serve = next;
    },
    leadTo: (place) => serve !== null && isPage(place),
    open(accept, outflow) {
      if (serve === null || open >= MOST) return false;
      open += 1;
      const channel = accept();
      const input = inputFrom(channel);
      const output = outputTo(windowWriter(channel, outflow).output);
      // the types know of the web's streams only
      const stream = Duplex.from({ readable: input, writable: output } as unknown as Iterable<never>);
      stream.on('error', () => undefined);
      stream.once('close', () => channel.end());
      channel.on('error', () => undefined);
      channel.once('close', () => {
        open -= 1;
        input.destroy();
        output.destroy();
        stream.destroy();
      });
      serve(stream);
      return true;
    },
  };
}
