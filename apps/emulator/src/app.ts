import type { Service } from '@keyfold/service';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { encryptionApi } from './encryption-api.ts';

/** What the application serves. */
export interface AppDeps {
  readonly service: Service;
  /** True from when every seeded thing is there. */
  readonly isReady: () => boolean;
}

/** Everything but AWS KMS, which is served ahead of Express. The application never listens: its owner does. */
export function createApp({ service, isReady }: AppDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');

  app.get('/_emulator/ready', (_request, response) => {
    const ready = isReady();
    response.status(ready ? 200 : 503).json({ ready });
  });
  app.use(encryptionApi(service));

  // Express's own error page would show a stack. A malformed path is the only thing that gets here.
  app.use((_error: unknown, _request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) return next(_error);
    const answer = service.refuse('invalid_request', '');
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  return app;
}
