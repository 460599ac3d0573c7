export { afterRestore, webBackend } from './web-backend.ts';
