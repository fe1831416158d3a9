import type { Connection, ServerChannel } from 'ssh2';
import { inputFrom, outputTo, type Send } from './byte-streams.js';
import { endWhenTaken } from './end-when-taken.js';
import type { BackChannel } from './lends.js';
import type { Outflow } from './ssh2-guards.js';
import { windowWriter } from './window-writer.js';

/** Stands between what is written and the channel; `fail` gives the channel up. */
export type Edit = (send: Send, fail: () => void) => Send;

/** A channel that is no session, as bytes both ways. */
export function channelStreams(
  connection: Connection,
  channel: ServerChannel,
  outflow: Outflow,
  edit: Edit = (send) => send,
): BackChannel {
  const gone = new AbortController();
  const input = inputFrom(channel);
  let moved: () => void = () => undefined;
  const giveUp = (): void => {
    channel.end();
    leave();
  };
  const writer = windowWriter(channel, outflow, () => moved());
  const output = outputTo(edit(writer.output, giveUp));
  const leave = (): void => {
    connection.off('close', leave);
    gone.abort();
    input.destroy();
    output.destroy();
    channel.resume();
  };
  channel
    .on('error', () => undefined)
    .on('close', () => {
      output.destroy();
      // what the client sent before it closed is still to be taken
      if (input.readableEnded || input.destroyed) leave();
      else input.once('end', leave).once('close', leave);
    });
  connection.once('close', leave);
  return {
    input,
    output,
    gone: gone.signal,
    eof: () => void output.end(() => channel.eof()),
    close() {
      if (output.destroyed || output.writableFinished) giveUp();
      else ({ moved } = endWhenTaken(output, writer.patience, giveUp));
    },
  };
}
