/** How the tests run. Called by `npm test`. */
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/python-venv.ts'],
    // On two cores the default is one worker. Many tests wait for programs that they start: two are faster.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 180_000,
    hookTimeout: 240_000,
  },
});
