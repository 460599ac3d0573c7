import { defineConfig } from 'vite';

// The entry points, and beside them what is loaded when it is first needed, in a few files: to find and read three hundred modules
// takes as long as all else at the start. Nothing is minified: what is shipped is there to be read.
export default defineConfig({
  build: {
    target: 'es2024',
    minify: false,
    emptyOutDir: false,
    reportCompressedSize: false,
    lib: { entry: { index: 'src/index.ts', main: 'src/main.ts' }, formats: ['es'] },
    rolldownOptions: {
      external: /^(?:node:|@keyfold\/|@aws-sdk\/|express$|yaml$|zod$|zod\/|zod-openapi$)/,
      output: { chunkFileNames: 'shared/[name].js' },
    },
  },
  logLevel: 'warn',
});
