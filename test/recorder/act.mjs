// One part's work, done as the user that this process runs as. Prints a line of JSON: what came of it, or the error's code.
import { randomBytes } from 'node:crypto';
import { appendFileSync, readdirSync, readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';

const [dist, verb, text] = process.argv.slice(2);
const given = JSON.parse(text);

const acts = {
  async write({ spool, header }) {
    const { openTape } = await import(join(dist, 'recorder/tape.js'));
    const anchor = async () => ({ ok: true, value: {} });
    const opened = await openTape({
      spool,
      header,
      reserveBytes: 1,
      now: () => performance.now(),
      random: randomBytes,
      anchor,
    });
    if (!opened.ok) throw new Error(opened.failure.message);
    opened.value.append({ at: 0, kind: 'output', bytes: Buffer.from('hello\r\n') });
    return (await opened.value.close({ kind: 'exited', status: 0, signal: null })).ok;
  },
  async store(options) {
    const { storeTape } = await import(join(dist, 'recorder/store-tape.js'));
    return (await storeTape({ ...options, stored: async () => ({ ok: true, value: null }) })).kind;
  },
  list: ({ path }) => readdirSync(path).length,
  read: ({ path }) => readFileSync(path).length,
  append: ({ path }) => appendFileSync(path, 'x'),
  remove: ({ path }) => unlinkSync(path),
};

try {
  console.log(JSON.stringify((await acts[verb](given)) ?? 'done'));
} catch (error) {
  console.log(JSON.stringify(error.code ?? error.message));
}
