/**
 * Makes a fresh clone ready: Debian packages, libraries with their own Node, the C programs, the compiled code.
 * `npm start` and `npm test` come through here each time, so an unchanged tree must pass in a blink.
 *
 * Runs on whatever Node the machine has (20 or later) and imports nothing but what comes with it.
 *   --test    also brings what only the tests need
 *   --assure  and what only the longer tests need
 *   --build   compiles anew, whatever the stamp says
 */
import { native } from './setup/c-programs.mjs';
import { compiled } from './setup/compiled.mjs';
import { bringPackages } from './setup/debian.mjs';
import { libraries } from './setup/libraries.mjs';
import { withLock } from './setup/lock.mjs';
import { StepFailed, say, stopOnSignals } from './setup/run.mjs';
import { isFresh, stamp, unstamp } from './setup/stamp.mjs';

/** In this order: each one works with what the one before has made. */
const stages = [libraries, native, compiled];

const forAssurance = process.argv.includes('--assure');
const forTests = forAssurance || process.argv.includes('--test');

async function setUp() {
  if (Number.parseInt(process.versions.node, 10) < 20) {
    throw new StepFailed(
      'checking Node',
      `This is Node ${process.versions.node}.`,
      'Install Node 20 or later.',
    );
  }
  if (process.argv.includes('--build')) unstamp(compiled);
  const stale = stages.filter((stage) => !isFresh(stage));
  await bringPackages({ forTests, forAssurance, forBuilding: stale.length > 0 });
  if (stale.length === 0) return;
  await withLock('.stamps/lock', async () => {
    for (const stage of stages) {
      if (isFresh(stage)) continue;
      if (await stage.inStep?.()) {
        stamp(stage, stage.hash());
        continue;
      }
      const started = Date.now();
      say(stage.announce);
      const hash = stage.hash();
      unstamp(stage);
      await stage.make();
      stamp(stage, hash);
      say(`${stage.name}: done in ${((Date.now() - started) / 1000).toFixed(1)} s`);
    }
  });
}

// Service accounts must be able to read what is made here, however strict the umask of whoever cloned is.
process.umask(0o022);
stopOnSignals();
try {
  await setUp();
} catch (error) {
  if (!(error instanceof StepFailed)) throw error;
  say(`FAILED while ${error.step}`);
  if (error.message) process.stderr.write(`${error.message.trimEnd()}\n`);
  say(error.next);
  process.exitCode = 1;
}
