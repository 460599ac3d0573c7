import { operationIds } from '@keyfold/protocol';
import { operationSupport } from '../kms/support/operation-support.ts';
import { noSuchName } from '../known-names.ts';
import { operationNames as secretsManagerNames } from '../secrets-manager/operations/operation-names.ts';
import type { WatchedService } from './journal-entry.ts';

/** What the requests of each service can ask for: by names alone, so that the operations are loaded for nobody's sake. */
export const operationNames: Readonly<Record<WatchedService, readonly string[]>> = {
  kms: Object.keys(operationSupport),
  secretsmanager: secretsManagerNames,
  'encryption-api': operationIds,
};

/** The services that are watched. */
export const watchedServices: readonly WatchedService[] = ['kms', 'secretsmanager', 'encryption-api'];

/** Who asks: clients over HTTP, or the emulator itself. */
const sources: readonly ('client' | 'emulator')[] = ['client', 'emulator'];

/** The members of a rule or a filter that have one of a few values; they may come from JavaScript without types. */
interface RequestNames {
  readonly service?: WatchedService | undefined;
  readonly operation?: string | undefined;
  readonly from?: 'client' | 'emulator' | undefined;
}

/** What is wrong with the first of the names that no request has: whoever looks for it would find nothing, and be content. */
export function wrongName({ service, operation, from }: RequestNames): string | undefined {
  if (isNone(service, watchedServices)) return noSuchName('service', service, watchedServices);
  if (isNone(from, sources)) return noSuchName('source of requests', from, sources);
  if (operation === undefined) return undefined;
  const services = service === undefined ? watchedServices : [service];
  const known = [...new Set(services.flatMap((each) => operationNames[each]))];
  const kind = service === undefined ? 'operation' : `operation of the service ${service}`;
  return isNone(operation, known) ? noSuchName(kind, operation, known) : undefined;
}

function isNone(name: string | undefined, known: readonly string[]): boolean {
  return name !== undefined && !known.includes(name);
}
