import type { ApiErrorCode } from '@keyfold/protocol';
import { ApiError } from './api-errors.ts';
import type { KeyScope } from './key-scope.ts';
import type { KeyService } from './key-service.ts';

/** How far a refusal reaches beyond the call that met it. */
export type RefusalReach = 'scope' | 'tenant' | 'client';

/**
 * The answers that take a right away, and whose keys go with it. Everything else (no answer, a busy service, a mistake
 * in one request) leaves cached keys alone until their lease ends.
 */
const refusals: Readonly<Partial<Record<ApiErrorCode, RefusalReach>>> = {
  api_key_missing: 'client',
  api_key_invalid: 'client',
  permission_denied: 'scope',
  tenant_not_found: 'tenant',
  service_not_found: 'scope',
  root_key_denied: 'tenant',
  root_key_invalid: 'tenant',
  root_provider_unknown: 'tenant',
  scope_unsupported: 'scope',
  key_state_forbids: 'scope',
  row_authentication_failed: 'scope',
};

/** A key service that reports each refusal of a whole call before the caller learns of it. */
export function watchRefusals(
  service: KeyService,
  onRefusal: (reach: RefusalReach, scope: KeyScope) => void,
): KeyService {
  async function watched<T>(scope: KeyScope, answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      const reach = error instanceof ApiError ? refusals[error.code] : undefined;
      if (reach !== undefined) onRefusal(reach, scope);
      throw error;
    }
  }
  return {
    wrap: (scope, dataKeys, limits) => watched(scope, service.wrap(scope, dataKeys, limits)),
    unwrap: (scope, headers, limits) => watched(scope, service.unwrap(scope, headers, limits)),
    rewrap: (scope, headers, limits) => watched(scope, service.rewrap(scope, headers, limits)),
  };
}
