import type { Connection, ServerChannel } from 'ssh2';
import { channelStreams, type Edit } from './channel-streams.js';
import type { BackChannel, Place } from './lends.js';
import { type Outflow, socketOf } from './ssh2-guards.js';

/** As ssh2-guards.ts: reaches into ssh2 1.17.0, whose server can ask for an agent's channel and has no function for it. */
interface Internals {
  readonly _chanMgr: { add(opened: Opened): number };
  readonly _protocol: { openssh_authAgent(channel: number, window: number, packet: number): void };
}
interface Opened {
  (error: unknown, channel?: ServerChannel): void;
  type?: string;
}

/** As ssh2 has them for channels that it opens. */
const WINDOW = 2 * 1024 * 1024;
const PACKET = 32 * 1024;
/** A client that does not answer. Milliseconds. */
const PATIENCE = 20_000;

/** A channel to the agent that the client has offered; null: it is not opened. */
export function openAgentChannel(connection: Connection, outflow: Outflow): Promise<BackChannel | null> {
  const { _chanMgr: channels, _protocol: protocol } = connection as unknown as Internals;
  return opening(connection, outflow, (opened) => {
    opened.type = 'auth-agent@openssh.com';
    const id = channels.add(opened);
    if (id < 0) opened(new Error('no channel is free'));
    else protocol.openssh_authAgent(id, WINDOW, PACKET);
  });
}

/** A channel to the display that the client has offered. Where its program runs is not known here: it is told no place. */
export function openX11Channel(
  connection: Connection,
  outflow: Outflow,
  edit: Edit,
): Promise<BackChannel | null> {
  return opening(connection, outflow, (opened) => void connection.x11('127.0.0.1', 0, opened), edit);
}

/** A channel for a connection that came in where the client had the target listen. */
export function openForwardedChannel(
  connection: Connection,
  outflow: Outflow,
  { at, from }: { readonly at: Place; readonly from: Place },
): Promise<BackChannel | null> {
  return opening(
    connection,
    outflow,
    (opened) => void connection.forwardOut(at.host, at.port, from.host, from.port, opened),
  );
}

function opening(
  connection: Connection,
  outflow: Outflow,
  ask: (opened: Opened) => void,
  edit?: Edit,
): Promise<BackChannel | null> {
  const { promise, resolve } = Promise.withResolvers<BackChannel | null>();
  if (socketOf(connection).destroyed) return Promise.resolve(null);
  let late = false;
  const giveUp = (): void => {
    late = true;
    clearTimeout(timer);
    connection.off('close', giveUp);
    resolve(null);
  };
  const timer = setTimeout(giveUp, PATIENCE);
  connection.once('close', giveUp);
  ask((error, channel) => {
    if (late) return void channel?.end();
    const none = error !== undefined && error !== null;
    if (!none && channel !== undefined) resolve(channelStreams(connection, channel, outflow, edit));
    giveUp();
  });
  return promise;
}
