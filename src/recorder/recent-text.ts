import type { TextLog } from './text-log.js';

/** After so many segments the next ones wait longer, up to so many times as long: a session may last for days. */
const STEP = 100;
const MOST = 12;

interface Options {
  readonly log: TextLog;
  /** Milliseconds. */
  readonly every: number;
  readonly put: (text: string) => void;
}

/** Has what is new of a log put on the tape now and then, long before there is enough for a segment of text. */
export class RecentText {
  readonly #options: Options;
  #timer: NodeJS.Timeout | null = null;
  #puts = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Something may be new. */
  plan(): void {
    const { log, every, put } = this.#options;
    if (this.#timer !== null || !log.hasRecent) return;
    const wait = every * Math.min(MOST, 1 + Math.floor(this.#puts / STEP));
    this.#timer = setTimeout(() => {
      this.#timer = null;
      const text = log.recent();
      if (text === null) return;
      this.#puts += 1;
      put(text);
    }, wait).unref();
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
