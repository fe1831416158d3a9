import type { ChildProcess } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { CHANNEL, type Channel, openChannel } from '#/contract/channel.js';
import type { FromChild, ToChild } from '#/contract/orders.js';

/** The supervisor's end of the channel of a child that was started with a pipe as its fourth descriptor. */
export function channelOf(
  child: ChildProcess,
  hear: (message: FromChild) => void = () => undefined,
): Channel<ToChild> {
  return openChannel<ToChild>(child.stdio[CHANNEL] as Duplex, {
    hear: (message) => hear(message as FromChild),
    broken: (why) => {
      throw new Error(`the child ${why}`);
    },
  });
}
