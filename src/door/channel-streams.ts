import type { Connection, ServerChannel } from 'ssh2';
import { inputFrom, outputTo } from './byte-streams.js';
import type { BackChannel } from './lends.js';
import type { Outflow } from './ssh2-guards.js';
import { windowWriter } from './window-writer.js';

/** How long a client may take to read the last bytes. */
const FAREWELL = 5000;

/** A channel that is no session, as bytes both ways. */
export function channelStreams(
  connection: Connection,
  channel: ServerChannel,
  outflow: Outflow,
): BackChannel {
  const gone = new AbortController();
  const input = inputFrom(channel);
  const output = outputTo(windowWriter(channel, outflow).output);
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
      const late = setTimeout(hangUp, FAREWELL);
      function hangUp(): void {
        clearTimeout(late);
        channel.end();
        leave();
      }
      if (output.destroyed || output.writableFinished) hangUp();
      else output.end(hangUp);
    },
  };
}
