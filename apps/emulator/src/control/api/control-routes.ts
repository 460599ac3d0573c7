import { clockRoutes } from './clock-routes.ts';
import type { ControlRoute } from './control-route.ts';
import { faultRoutes } from './fault-routes.ts';
import { journalRoutes } from './journal-routes.ts';
import { stateRoutes } from './state-routes.ts';

/** Every route of the control API but its own description. */
export const controlRoutes: readonly ControlRoute[] = [
  ...stateRoutes,
  ...clockRoutes,
  ...faultRoutes,
  ...journalRoutes,
];
