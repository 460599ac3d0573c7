import { defineConfig } from 'vitest/config';

// Tests run the sources, not the build: no step between an edit and its test.
const conditions = ['@keyfold/source'];

const project = (name: string, folder: string) => ({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    name,
    root: folder,
    include: ['test/**/*.test.ts'],
    pool: 'forks' as const,
    // For what hangs, not for what is slow: a busy machine takes its time.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

export default defineConfig({
  test: {
    // Vitest leaves a core free, which on two cores is half of them.
    maxWorkers: '100%',
    projects: [
      project('workspace', 'scripts'),
      project('crypto-core', 'packages/crypto-core'),
      project('key-hierarchy', 'packages/key-hierarchy'),
      project('kms', 'packages/kms'),
      project('protocol', 'packages/protocol'),
      project('sdk', 'packages/sdk'),
      project('service', 'packages/service'),
      project('stores', 'packages/stores'),
      project('test-support', 'packages/test-support'),
      project('emulator', 'apps/emulator'),
      project('docs', 'docs'),
      project('conformance', 'conformance'),
    ],
  },
});
