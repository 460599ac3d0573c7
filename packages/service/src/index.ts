export { ApiError } from './api-error.ts';
export type { NewApiKey } from './api-keys.ts';
export type { AuditRecord } from './audit-record.ts';
export { createService, type Service, type ServiceDeps } from './create-service.ts';
export type { ServiceRequest } from './service-request.ts';
export { ServiceResponse } from './service-response.ts';
