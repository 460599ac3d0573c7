// What an edge function needs to seal, open and derive; bundled by bundle.test.ts.
export {
  parseRecordHeader,
  parseValue,
  prepareFieldContext,
  prepareValueContext,
  SecretBytes,
} from '../../src/index.ts';
export { afterRestore, webBackend } from '../../src/web/index.ts';
