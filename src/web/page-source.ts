import type { WebAbout, WebIndex } from '#/contract/web-page.js';
import type { Failure } from '#/domain/failure.js';
import type { Outcome } from '#/domain/outcome.js';

/** A recording that is open for one page. Parts are JSON. */
export interface PageSource {
  readonly index: WebIndex;
  readonly about: WebAbout;
  /** Both as they are now, of a session that runs. */
  now(): Promise<Outcome<Buffer>>;
  /** What came since the last answer's `next`; 0: the present. */
  news(from: number): Promise<Outcome<Buffer>>;
  segment(number: number): Promise<Outcome<Buffer>>;
  /** The next slice of it. */
  transcript(): Promise<Outcome<Buffer>>;
  /** Resolves when it may not be shown any more. */
  readonly over: Promise<Failure>;
  close(): void;
}
