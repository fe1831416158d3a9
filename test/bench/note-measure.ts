import { appendFileSync } from 'node:fs';

/** A figure of the bench that is taken in a process of Vitest's, because what it measures is set up as in the tests. */
export interface Measure {
  readonly what: string;
  readonly value: number;
  /** At most this. */
  readonly bar: number;
}

/** Where the bench reads them from, one JSON object a line; without it they are shown. */
export const MEASURES = 'POSTERN_MEASURES';

export function noteMeasure(measure: Measure): void {
  const file = process.env[MEASURES];
  const line = `${JSON.stringify(measure)}\n`;
  if (file === undefined) process.stdout.write(line);
  else appendFileSync(file, line);
}

/** Milliseconds of each of the calls. */
export async function timesOf(
  runs: number,
  call: (run: number) => Promise<unknown>,
): Promise<readonly number[]> {
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const from = performance.now();
    await call(run);
    times.push(performance.now() - from);
  }
  return times;
}
