import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const scenarios = 'test/scenarios/**/*.test.{ts,tsx}';
const screens = 'test/portal/screens/**/*.test.{ts,tsx}';
const native = 'test/native/**/*.test.ts';
const slow = 'test/**/*.assure.test.{ts,tsx}';
const minutes = 60_000;

const quick = {
  // Snapshots of screens hold words and signs, not colours.
  env: { FORCE_COLOR: '0' },
  testTimeout: 90_000,
  sequence: { groupOrder: 0 },
};
/** With real daemons, sshds and boxes; a file has its own, so some may run side by side. */
const patient = { testTimeout: 2 * minutes, hookTimeout: 2 * minutes };
/** One after the other, or they measure each other. */
const oneByOne = { ...patient, fileParallelism: false };

const report = process.env['POSTERN_TEST_REPORT'];

export default defineConfig({
  resolve: { alias: { '#/': `${join(import.meta.dirname, 'src')}/` } },
  test: {
    // One more than the cores of CI: a worker waits for what it started, or for time to pass, nearly a third of its time.
    maxWorkers: 3,
    // In CI a second try, which the summary names: a slow machine shall not cost a day, a flaky test shall not hide.
    retry: process.env['POSTERN_CI_RUN'] === undefined ? 0 : 1,
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: [screens, scenarios, native, slow],
          ...quick,
        },
      },
      {
        extends: true,
        test: {
          // loading and warming up Ink is half of what a file costs, and a screen leaves nothing behind that another could see
          name: 'screens',
          include: [screens],
          exclude: [slow],
          isolate: false,
          ...quick,
        },
      },
      {
        extends: true,
        test: {
          // in one group with the unit tests, which come second: while the last scenarios run, no core stands idle
          name: 'scenarios',
          include: [scenarios],
          exclude: [slow],
          sequence: { groupOrder: 0 },
          ...patient,
        },
      },
      {
        extends: true,
        test: {
          // the uids of its boxes are the same in every file
          name: 'native',
          include: [native],
          exclude: [slow],
          sequence: { groupOrder: 1 },
          ...oneByOne,
        },
      },
      {
        extends: true,
        test: {
          name: 'assure',
          include: [slow],
          sequence: { groupOrder: 2 },
          ...oneByOne,
          testTimeout: 60 * minutes,
        },
      },
      {
        extends: true,
        test: {
          // figures for npm run bench
          name: 'measures',
          include: ['test/bench/*.measure.ts'],
          sequence: { groupOrder: 3 },
          ...oneByOne,
        },
      },
    ],
  },
});
