// What an application in TypeScript writes, compiled against the published tarballs by every supported compiler.
import {
  type AnyKeyfoldError,
  clear,
  date,
  type EncryptedRow,
  integerId,
  isKeyfoldError,
  json,
  Keyfold,
  type KeyfoldErrorCode,
  type KeyfoldOptions,
  type Logger,
  type Middleware,
  type PinMismatchError,
  type PlainRow,
  type TenantInfo,
  text,
} from '@keyfold/sdk';
import { Keyfold as FetchKeyfold } from '@keyfold/sdk/fetch';

const measured: Middleware = async (request, next) => {
  const response = await next({ ...request, headers: { ...request.headers, 'x-team': 'billing' } });
  if (response.status >= 500) throw new Error(`${request.operation}: ${response.status}`);
  return response;
};

const entries: string[] = [];
const keep = (message: string): void => void entries.push(message);
const logger: Logger = { debug: keep, info: keep, warn: keep, error: keep };

const options: KeyfoldOptions = {
  apiKey: 'kf_application_sample',
  baseUrl: new URL('https://keyfold.example.com'),
  timeoutMs: 5_000,
  use: [measured],
  logger,
  tls: { minVersion: 'TLSv1.3', caMode: 'append' },
};

export async function sample(signal: AbortSignal): Promise<PlainRow<ReturnType<typeof peopleOf>>> {
  await using keyfold = new Keyfold(options);
  const cards = keyfold.tenant('acme').service('billing');
  const token: string = await cards.encrypt('4111 1111 1111 1111', { context: { card: '42' }, signal });
  const pan: string = await cards.decrypt(token, { context: { card: '42' }, as: 'text' });
  // @ts-expect-error a value is not encrypted without a context
  await cards.encrypt(pan, {});

  for await (const tenant of keyfold.tenants.list({ limit: 10 }, { maxItems: 100 })) keep(tenant.id);
  const { data, response } = await keyfold.tenants.get('acme', { timeoutMs: 1_000 }).withResponse();
  const info: TenantInfo = data;
  keep(`${info.id} ${response.requestId ?? ''} ${response.attempts}`);

  const people = peopleOf(keyfold);
  const stored: EncryptedRow<typeof people> = await people.encrypt({
    id: 7,
    ssn: '078-05-1120',
    bornAt: null,
    notes: { plan: ['a', 1, true] },
    plan: 'pro',
  });
  // @ts-expect-error a column that is not declared
  await people.encrypt({ ...stored, extra: 1 });
  return await people.decrypt(stored);
}

function peopleOf(keyfold: Keyfold) {
  return keyfold
    .tenant('acme')
    .service('people')
    .table('people', {
      id: integerId('id'),
      fields: { ssn: text(), bornAt: date().nullable(), notes: json(), plan: clear<'free' | 'pro'>() },
    });
}

export function advice(error: unknown): string {
  if (!isKeyfoldError(error)) return 'not ours';
  const known: AnyKeyfoldError = error;
  const code: KeyfoldErrorCode = known.code;
  switch (error.code) {
    case 'pin_mismatch': {
      const mismatch: PinMismatchError = error;
      return `${mismatch.presented}, not ${mismatch.configured.join(' or ')}`;
    }
    case 'timeout':
      return `after ${error.attempts} attempts`;
    default:
      return `${code}: ${error.hint}`;
  }
}

export const overFetch = (): FetchKeyfold =>
  new FetchKeyfold({ apiKey: 'kf_application_sample', baseUrl: 'https://keyfold.example.com' });
