import { type HostKey, parseHostKey } from '#/domain/host-key.js';
import { type OneShot, openOneShot, readToEnd } from './one-shot.js';
import { ALIAS } from './ssh-config.js';

/** Answers the client's question for known keys, and keeps what the target showed. */
export interface HostKeyDesk extends OneShot {
  /** The key that the target showed and that was not the expected one. */
  readonly offered: HostKey | null;
}

/** The client asks once for the name; newer ones may ask for the address or the order too. */
const MOST_QUESTIONS = 4;
const LONGEST_QUESTION = 40_000;

/** A comment: the client takes no answer at all for a broken command, also where it only asks for the order of algorithms. */
const NOTHING = '#\n';

/** `expected` null: a probe, which learns the key and gets no answer, so the client stops there. */
export async function openHostKeyDesk(path: string, expected: HostKey | null): Promise<HostKeyDesk> {
  let offered: HostKey | null = null;
  const server = await openOneShot(path, MOST_QUESTIONS, (socket) => {
    void readToEnd(socket, LONGEST_QUESTION).then((asked) => {
      const key = asked === null ? null : parseHostKey(asked);
      const known = key !== null && expected !== null && same(key, expected);
      if (key !== null && !known) offered = key;
      if (known) socket.end(`${ALIAS} ${expected.type} ${expected.base64}\n`);
      else socket.end(NOTHING);
    });
  });
  return {
    close: server.close,
    get offered() {
      return offered;
    },
  };
}

export function same(one: HostKey, other: HostKey): boolean {
  return (
    one.type === other.type && Buffer.from(one.base64, 'base64').equals(Buffer.from(other.base64, 'base64'))
  );
}
