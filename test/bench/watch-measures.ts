import { type Driver, drive, median, pause } from './driver.ts';
import { echoTime, shellAnswers } from './measures.ts';

const VIEWERS = 20;

export interface Watching {
  /** Milliseconds from Enter on a session in the list to its picture, after megabytes of output. */
  readonly attach: number;
  /** Of the owner's keys, without viewers and with twenty. */
  readonly alone: number;
  readonly watched: number;
}

/** `args`: ssh as a person of that name. Viewers are two people: one may watch ten sessions at once. */
export async function watching(
  owner: readonly string[],
  viewers: readonly (readonly string[])[],
  keys: number,
): Promise<Watching> {
  const person = drive('ssh', owner);
  await person.wait('bench@127.0.0.1');
  person.write('\r');
  await person.wait('Your session is being recorded.');
  await shellAnswers(person);
  person.write('seq 1 300000; clear; echo WAT$((1+1))CHED\r');
  await person.wait('WAT2CHED', 60);
  const alone = await echoTime(person, keys);
  const drivers: Driver[] = [];
  const attached: number[] = [];
  for (let i = 0; i < VIEWERS; i += 1) {
    const viewer = drive('ssh', viewers[i % viewers.length] ?? [], { columns: 80, rows: 24 });
    drivers.push(viewer);
    await viewer.wait('Accounts');
    viewer.write('\t');
    await pause(700);
    viewer.write('\t');
    // what is drawn differs from what was there by a few characters: there is no word to wait for
    await pause(2500);
    const begun = performance.now();
    viewer.write('\r');
    attached.push((await viewer.wait('WAT2CHED', 10)) - begun);
  }
  await pause(500);
  const watched = await echoTime(person, keys);
  for (const viewer of drivers) await viewer.close();
  person.write('exit\r');
  await person.wait('exit status', 20);
  await person.close();
  return { attach: median(attached), alone, watched };
}
