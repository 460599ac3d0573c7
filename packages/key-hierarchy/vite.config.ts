import { defineConfig } from 'vite';

// The three entry points in a few files with what they share, as in crypto-core: every module that Node has to find and read costs
// whoever imports it time and memory. Nothing is minified: what is shipped is there to be read.
export default defineConfig({
  build: {
    target: 'es2024',
    minify: false,
    emptyOutDir: false,
    reportCompressedSize: false,
    lib: {
      entry: {
        index: 'src/index.ts',
        'memory-store': 'src/memory-store.ts',
        'testing/index': 'src/testing/index.ts',
      },
      formats: ['es'],
    },
    rolldownOptions: {
      external: /^(?:node:|@keyfold\/|vitest$)/,
      output: { chunkFileNames: 'shared/[name].js' },
    },
  },
  logLevel: 'warn',
});
