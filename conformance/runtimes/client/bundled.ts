import * as sdk from '@keyfold/sdk';
import { type ClientAnswer, examineClient } from './client-suite.ts';
import type { ClientTarget } from './target.ts';

/** For a page and for workerd, whose bundlers resolve '@keyfold/sdk'. */
export function runClient(target: ClientTarget): Promise<ClientAnswer> {
  return examineClient(sdk, target);
}
