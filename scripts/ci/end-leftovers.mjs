/** Ends what this CI run started and did not end itself, and says so: each line is a test that does not clean up. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const mark = `POSTERN_CI_RUN=${process.env.POSTERN_CI_RUN}`;

const leftovers = find();
for (const { pid, command } of leftovers) {
  console.log(`left behind: process ${pid} (${command})`);
  end(pid, 'SIGTERM');
}
for (let tries = 0; tries < 30 && find().length > 0; tries++) await sleep(100);
for (const { pid } of find()) end(pid, 'SIGKILL');

/** By their environment, so never anybody else's. */
function find() {
  if (process.env.POSTERN_CI_RUN === undefined) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      const environment = read(`/proc/${pid}/environ`).split('\0');
      return environment.includes(mark) ? [{ pid: Number(pid), command: commandOf(pid) }] : [];
    });
}

function commandOf(pid) {
  return read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
}

function read(file) {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

function end(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // gone by itself
  }
}
