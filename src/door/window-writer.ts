import type { Writable } from 'node:stream';
import type { ServerChannel } from 'ssh2';
import type { Send } from './byte-streams.js';
import { readingPace } from './reading-pace.js';
import type { Outflow } from './ssh2-guards.js';

/**
 * Both streams of a channel share the client's window. ssh2 takes more than fits and remembers what is left in one place for
 * both: with the two of them waiting it sends pieces again and forgets others. So it is given what fits and no more; who
 * got nothing, or not all, waits in line. `moved` is called for each piece that went; `patience` is how long the
 * next may take.
 */
export function windowWriter(
  channel: ServerChannel,
  outflow: Outflow,
  moved: () => void = () => undefined,
): { readonly output: Send; readonly errors: Send; readonly patience: () => number } {
  const line: (() => void)[] = [];
  const pace = readingPace(channel, outflow);
  outflow.onWindow(channel, (amount) => {
    pace.opened(amount);
    for (const go of line.splice(0)) go();
  });
  const into =
    (stream: Writable): Send =>
    (bytes, sent) =>
      outflow.whenClear(() => {
        const part = bytes.subarray(0, outflow.windowOf(channel));
        const rest = bytes.subarray(part.length);
        if (part.length === 0 && bytes.length > 0) line.push(() => into(stream)(bytes, sent));
        else
          stream.write(part, () => {
            moved();
            if (rest.length === 0) sent();
            else line.push(() => into(stream)(rest, sent));
          });
      });
  return {
    output: into(channel),
    errors: into(channel.stderr),
    patience: pace.patience,
  };
}
