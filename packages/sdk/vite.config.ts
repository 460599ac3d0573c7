import { defineConfig } from 'vite';

// The entry points in a few files with what they share, as crypto-core ships: Node loads each module by itself, and an
// application pays for each at every start. What belongs to other packages stays theirs; nothing is minified.
export default defineConfig({
  build: {
    target: 'es2024',
    minify: false,
    emptyOutDir: false,
    reportCompressedSize: false,
    lib: { entry: { index: 'src/index.ts', 'fetch/index': 'src/fetch/index.ts' }, formats: ['es'] },
    rolldownOptions: {
      external: /^(?:node:|undici$|@keyfold\/)/,
      output: { chunkFileNames: 'shared/[name].js' },
    },
  },
  logLevel: 'warn',
});
