/**
 * Of these functions the ssh that holds a login prints everything, too: once that it does so at all, and what the target
 * answers to what is asked for on each channel.
 */
export const ANSWER_LOG = 'mux.c:muxserver_listen():*,clientloop.c:client_status_confirm():*';

const TELLS = ': setting up multiplex master socket';
const ACCEPTED = /: (?:exec|shell|subsystem) request accepted on channel (\d+)$/;
const REFUSED = /: channel (\d+): mux request: (?:exec|shell|subsystem)$/;

/** 'none': it did not answer in time. */
export type Answer = 'accepted' | 'refused' | 'none';

/** What the target answers on the channels of a login: OpenSSH's multiplexing tells who opened one no word of it. */
export interface Answers {
  heard(line: string): void;
  /** Before a channel is asked for: what was said until then is not of it. */
  mark(): number;
  /** To what was asked for on this channel since then. An ssh that does not tell leaves it open for ever. */
  of(channel: number, since: number, within: number): AskedFor;
}

export interface AskedFor {
  readonly answer: Promise<Answer>;
  /** The channel is over: nobody waits any more. */
  forget(): void;
}

export function watchAnswers(): Answers {
  let tells = false;
  let count = 0;
  const last = new Map<number, { readonly answer: Answer; readonly at: number }>();
  const waiting = new Map<number, (answer: Answer) => void>();
  return {
    heard(line) {
      tells ||= line.endsWith(TELLS);
      const [, accepted] = ACCEPTED.exec(line) ?? [];
      const [, refused] = REFUSED.exec(line) ?? [];
      const channel = Number(accepted ?? refused ?? -1);
      if (channel < 0) return;
      const answer = accepted === undefined ? 'refused' : 'accepted';
      count += 1;
      last.set(channel, { answer, at: count });
      waiting.get(channel)?.(answer);
    },
    mark: () => count,
    of(channel, since, within) {
      const { promise, resolve } = Promise.withResolvers<Answer>();
      const forget = (): void => {
        clearTimeout(timer);
        if (waiting.get(channel) === take) waiting.delete(channel);
      };
      const take = (answer: Answer): void => {
        forget();
        resolve(answer);
      };
      const timer = setTimeout(() => (tells ? take('none') : forget()), within);
      waiting.set(channel, take);
      // it comes on another stream than the word that the channel is open, and may be here before it
      const early = last.get(channel);
      if (early !== undefined && early.at > since) take(early.answer);
      return { answer: promise, forget };
    },
  };
}
