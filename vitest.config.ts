import { defineConfig } from 'vitest/config';

/** One project per kind of suite: `vitest --project unit`. End-to-end suites own the machine, so they run one file at a time. */
export default defineConfig({
  // The source uses `using`: lowered for the Node 20 floor.
  oxc: { target: 'es2023' },
  test: {
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['src/**/*.test.ts', 'test/house/**/*.test.ts', 'test/interop/**/*.test.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
