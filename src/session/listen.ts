import type { Socket } from 'node:net';
import type { ForwardTo } from '#/domain/forward-pattern.js';
import type { ChannelHooks } from './channel-pipes.js';
import type { LoginChannels, Opened } from './login-channels.js';
import { type OneShot, openOneShot } from './one-shot.js';
import type { Origins } from './origins.js';
import type { SessionDirectory } from './session-directory.js';

/** Connections in the life of one. */
const MOST = 1_000_000;

export interface Incoming {
  readonly socket: Socket;
  /** Where it came from, as far as the target said. */
  readonly from: ForwardTo | null;
}

export interface ListenOptions {
  readonly directory: SessionDirectory;
  readonly channels: LoginChannels;
  readonly origins: Origins;
  /** Unique for the login. */
  readonly name: `back-${string}`;
  readonly at: ForwardTo;
  readonly opened: (port: number) => void;
  readonly take: (incoming: Incoming) => void;
}

/** Has the target listen; each connection that comes in there comes to a socket of the login's directory. */
export async function listenThrough(
  { directory, channels, origins, name, at, opened, take }: ListenOptions,
  hooks: ChannelHooks,
): Promise<Opened> {
  const listens = Promise.withResolvers<number | null>();
  const server: OneShot = await openOneShot(directory.socket(name), MOST, (socket) => {
    // who is quick comes before the word that the target listens
    void listens.promise.then(async (port) => {
      if (port === null) return void socket.destroy();
      take({ socket, from: await origins.take({ host: at.host, port }) });
    });
  });
  const channel = await channels.open(
    { text: `l${at.port} ${at.host} ${name}`, environment: {}, lent: [], terminal: null },
    {
      ...hooks,
      onOpened(given) {
        opened(given ?? at.port);
        listens.resolve(given ?? at.port);
      },
      onExit(status, answer) {
        server.close();
        hooks.onExit(status, answer);
      },
    },
  );
  if (typeof channel === 'string') {
    listens.resolve(null);
    server.close();
  }
  return channel;
}
