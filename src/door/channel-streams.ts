import type { Connection, ServerChannel } from 'ssh2';
import { inputFrom, outputTo } from './byte-streams.js';
import { endWhenTaken } from './end-when-taken.js';
import type { BackChannel } from './lends.js';
import type { Outflow } from './ssh2-guards.js';
import { windowWriter } from './window-writer.js';

/** A channel that is no session, as bytes both ways. */
export function channelStreams(
  connection: Connection,
  channel: ServerChannel,
  outflow: Outflow,
): BackChannel {
  const gone = new AbortController();
  const input = inputFrom(channel);
  let moved: () => void = () => undefined;
  const output = outputTo(windowWriter(channel, outflow, () => moved()).output);
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
      const hangUp = (): void => {
        channel.end();
        leave();
      };
      if (output.destroyed || output.writableFinished) hangUp();
      else ({ moved } = endWhenTaken(output, outflow.farewell, hangUp));
    },
  };
}
