// Imports every entry that browsers may load and uses nothing of them; bundled by bundle.test.ts.
import type * as core from '../../src/index.ts';
import type * as web from '../../src/web/index.ts';

export type Used = typeof core | typeof web;
