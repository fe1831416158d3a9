import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Postern, Role } from '../helpers/postern.ts';
import { type Driver, drive, median, pause } from './driver.ts';

const PEOPLE = 40;
const SESSIONS = 10;

/** Proportional set size of all processes of the roles, in megabytes (10^6): shared pages count once. */
function memory(postern: Postern, roles: readonly Role[]): number {
  let kilobytes = 0;
  for (const pid of roles.flatMap((role) => postern.pids(role)))
    kilobytes += Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
  return (kilobytes * 1024) / 1e6;
}

async function many(
  count: number,
  args: readonly string[],
  reach: (driver: Driver) => Promise<unknown>,
): Promise<Driver[]> {
  const drivers: Driver[] = [];
  for (let i = 0; i < count; i += 1) {
    const driver = drive('ssh', args, { columns: 80, rows: 24 });
    await reach(driver);
    drivers.push(driver);
  }
  await pause(2000);
  return drivers;
}

export async function idleMenuCost(postern: Postern, args: readonly string[]): Promise<number> {
  const warm = await many(5, args, (driver) => driver.wait('bench@127.0.0.1'));
  const before = memory(postern, ['portal']);
  const drivers = await many(PEOPLE, args, (driver) => driver.wait('bench@127.0.0.1'));
  const cost = (memory(postern, ['portal']) - before) / PEOPLE;
  for (const driver of [...warm, ...drivers]) await driver.close();
  return cost;
}

export async function liveSessionCost(postern: Postern, args: readonly string[]): Promise<number> {
  const enter = async (driver: Driver): Promise<void> => {
    await driver.wait('bench@127.0.0.1');
    driver.write('\r');
    await driver.wait('Your session is being recorded.');
    await driver.wait('$ ');
  };
  const warm = await many(2, args, enter);
  const before = memory(postern, ['portal', 'session']);
  const drivers = await many(SESSIONS, args, enter);
  const cost = (memory(postern, ['portal', 'session']) - before) / SESSIONS;
  for (const driver of [...warm, ...drivers]) {
    driver.write('exit\r');
    await driver.wait('exit status', 20);
    await driver.close();
  }
  return cost;
}

/** First paint: from the end of the login to a full list; a keystroke: until its character stands in the filter. */
export async function menuOfThousands(
  postern: Postern,
  args: readonly string[],
): Promise<{ readonly firstPaint: number; readonly keystroke: number }> {
  const file = join(tmpdir(), `postern-bench-${process.pid}.csv`);
  const rows = Array.from(
    { length: 5000 },
    (_, i) => `Bench,UnixSSH,root,host-${String(i).padStart(4, '0')}.example,22,password-${i}-of-it,`,
  );
  writeFileSync(file, `safe,platform,user,address,port,password,hostKey\n${rows.join('\n')}\n`, {
    mode: 0o600,
  });
  await postern.json(['account', 'import', file]);
  rmSync(file);
  const paints: number[] = [];
  const strokes: number[] = [];
  for (let run = 0; run < 3; run += 1) {
    const driver = drive('ssh', args);
    await driver.wait('Accounts');
    const screen = performance.now();
    paints.push((await driver.wait('host-00')) - screen);
    await pause(500);
    for (const key of 'host-4321') {
      driver.flush();
      const begun = performance.now();
      const seen = driver.wait(key, 5);
      driver.write(key);
      strokes.push((await seen) - begun);
      await pause(100);
    }
    await driver.close();
  }
  return { firstPaint: median(paints), keystroke: median(strokes) };
}
