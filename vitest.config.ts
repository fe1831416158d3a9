import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const withMachine = ['test/scenarios/**/*.test.{ts,tsx}', 'test/native/**/*.test.ts'];
const slow = 'test/**/*.assure.test.{ts,tsx}';
const minutes = 60_000;

/** Scenarios start real daemons, sshds and boxes: one after the other, or they measure each other. */
const oneByOne = { fileParallelism: false, testTimeout: 2 * minutes, hookTimeout: 2 * minutes };

const report = process.env['POSTERN_TEST_REPORT'];

export default defineConfig({
  resolve: { alias: { '#/': `${join(import.meta.dirname, 'src')}/` } },
  test: {
    maxWorkers: 2,
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: [...withMachine, slow],
          // Snapshots of screens hold words and signs, not colours.
          env: { FORCE_COLOR: '0' },
          testTimeout: 90_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'scenarios',
          include: withMachine,
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
    ],
  },
});
