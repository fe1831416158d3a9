import { type Driver, median, pause } from './driver.ts';

export interface Figures {
  /** From starting the client (or Enter on the account) to an answer of the target's shell. */
  readonly setup: number;
  readonly echo: number;
  /** Megabytes (10^6) a second. */
  readonly bulk: number;
}

/** A computed marker, so that the echo of the command line is never taken for its answer. */
export async function shellAnswers(driver: Driver): Promise<number> {
  driver.write("echo RE$((40+2))DY; PS1='$ '; stty -echo\r");
  return await driver.wait('RE42DY');
}

/** Types `keys` characters at a cat with echo, one at a time; the median of the times until each is seen. */
export async function echoTime(driver: Driver, keys: number): Promise<number> {
  driver.write('stty echo -icanon; echo GO$((1+1)); cat >/dev/null\r');
  await driver.wait('GO2');
  await pause(300);
  driver.flush();
  const times: number[] = [];
  for (let i = 0; i < keys; i += 1) {
    const key = String.fromCharCode(97 + (i % 26));
    const begun = performance.now();
    const seen = driver.wait(key, 10);
    driver.write(key);
    times.push((await seen) - begun);
    await pause(5);
  }
  driver.write('\x03');
  await pause(200);
  driver.write('stty -echo icanon; echo BK$((1+1))\r');
  await driver.wait('BK2');
  return median(times);
}

export async function bulkRate(driver: Driver, megabytes: number): Promise<number> {
  driver.write(`echo ST$((1+1)); yes ${'a'.repeat(78)} | head -c ${megabytes}000000; echo EN$((1+1))\r`);
  const begun = await driver.wait('ST2');
  const before = driver.received();
  const ended = await driver.wait('EN2', 300);
  return (driver.received() - before) / 1000 / (ended - begun);
}
