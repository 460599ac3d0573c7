import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { defineConfig } from 'vite';

const yamlFolder = dirname(createRequire(import.meta.url).resolve('yaml/package.json'));

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
      // The reader of YAML comes along, in a file of its own: its package has seventy, which a start with a seed would wait for.
      // So do the protocol's tables, which are plain values. Other packages of ours have classes, of which there must be one each.
      external: /^(?:node:|@keyfold\/(?!protocol$)|@aws-sdk\/|express$|zod$|zod\/|zod-openapi$)/,
      output: {
        chunkFileNames: 'shared/[name].js',
        codeSplitting: { groups: [{ name: 'yaml', test: /[\\/]node_modules[\\/]yaml[\\/]/ }] },
        banner: ({ name }) => (name === 'yaml' ? licenceOf(yamlFolder) : ''),
      },
    },
  },
  logLevel: 'warn',
});

/** A package's licence, which asks to stand in every copy. */
function licenceOf(folder: string): string {
  const { name, version }: { name: string; version: string } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  const text = readFileSync(join(folder, 'LICENSE'), 'utf8').trim();
  return `/*! ${name} ${version}\n\n${text}\n*/`;
}
