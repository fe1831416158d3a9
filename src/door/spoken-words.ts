/** Sentences about what a connection asked for and did not get, for whoever of its channels has a place for them. */
export interface SpokenWords {
  say(sentence: string): void;
  said(): readonly string[];
  /** What was said, and what will be; the result stops it. */
  onSentence(listener: (sentence: string) => void): () => void;
}

const MOST = 16;

export function spokenWords(): SpokenWords {
  const all = new Set<string>();
  const listeners = new Set<(sentence: string) => void>();
  return {
    say(sentence) {
      if (all.size < MOST) all.add(sentence);
      for (const listener of listeners) listener(sentence);
    },
    said: () => [...all],
    onSentence(listener) {
      listeners.add(listener);
      for (const sentence of all) listener(sentence);
      return () => listeners.delete(listener);
    },
  };
}
