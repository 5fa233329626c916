import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['packages/*/tests/**/*.test.ts', 'infra/*/tests/**/*.test.ts', 'tests/**/*.test.ts'],
    // One more worker than cores: many tests wait for servers, processes and disks.
    maxWorkers: availableParallelism() + 1,
    // Far more than any test takes: they end what hangs, and say nothing of a machine that is busy.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 120_000 } },
    coverage: { provider: 'v8', include: ['packages/*/src/**'], reporter: ['text-summary', 'lcovonly'] },
  },
});
