import { defineConfig } from 'vitest/config';

/** For `npm run mutate`: the tests of policy alone, with the paths of the sandbox that the mutants live in. */
export default defineConfig({
  resolve: { alias: { '#/': new URL('./src/', import.meta.url).pathname } },
  // properties take longer on a busy machine than Vitest's own 5 s
  test: { include: ['test/policy/**/*.test.ts', 'test/domain/**/*.test.ts'], testTimeout: 60_000 },
});
