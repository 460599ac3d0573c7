import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { type ControlRouterDeps, controlRouter } from './control/api/control-router.ts';
import { EmulatorClosedError } from './control/control-errors.ts';
import type { WorldHost } from './world/world-host.ts';

/**
 * The emulator's own routes; AWS's services and the encryption API are served ahead of Express. The application never listens: its
 * owner does, and loads this when it is first asked for, since loading Express takes longer than all else at the start.
 */
export function createApp(host: WorldHost, control: ControlRouterDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  // Not mounted below the prefix: Express would take it off the paths, and case would not matter in it.
  app.use(controlRouter(control));

  // Express's own error page would show a stack. A malformed path gets here, and what comes when the emulator is closed.
  app.use(async (error: unknown, _request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) return next(error);
    const code = error instanceof EmulatorClosedError ? 'service_closed' : 'invalid_request';
    const answer = (await host.current.service()).refuse(code, '');
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  return app;
}
