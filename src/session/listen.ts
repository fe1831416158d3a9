import type { Socket } from 'node:net';
import type { ForwardTo } from '#/domain/forward-pattern.js';
import type { ChannelHooks, LoginChannels, Opened } from './login-channels.js';
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
  let port: number | null = null;
  const server: OneShot = await openOneShot(directory.socket(name), MOST, (socket) => {
    // before the target said that it listens, nobody can come from there
    if (port === null) return void socket.destroy();
    void origins.take({ host: at.host, port }).then((from) => take({ socket, from }));
  });
  const channel = await channels.open(
    { text: `l${at.port} ${at.host} ${name}`, environment: {}, lent: [] },
    {
      ...hooks,
      onOpened(given) {
        port = given ?? at.port;
        opened(port);
      },
      onExit(status) {
        server.close();
        hooks.onExit(status);
      },
    },
  );
  if (typeof channel === 'string') server.close();
  return channel;
}
