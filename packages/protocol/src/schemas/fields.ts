import { z } from 'zod';
import { type ApiErrorCode, isApiErrorCode } from '../api-errors.ts';
import { identifierPatterns } from '../identifiers.ts';
import { limits } from '../limits.ts';
import type { RootReference, ScopeReference, TenantGrant } from '../messages.ts';
import { type Role, roles } from '../roles.ts';
import { fixedBytesPattern } from './fixed-bytes-pattern.ts';

export const tenantId: z.ZodType<string> = z.string().regex(identifierPatterns.tenant);
export const serviceId: z.ZodType<string> = z.string().regex(identifierPatterns.service);
export const apiKeyId: z.ZodType<string> = z.string().regex(identifierPatterns.apiKey);

/** Text of 1 to `maxCharacters` UTF-16 units without lone surrogates and control characters. */
export function boundedText(maxCharacters: number): z.ZodType<string> {
  return z.string().min(1).max(maxCharacters).refine(isPlainText);
}

/** What an administrator notes about an API key; it may be empty. */
export const description: z.ZodType<string> = z
  .string()
  .max(limits.descriptionCharacters)
  .refine(isPlainText);

// Cc holds CR, LF and NUL; none of them belongs into a name that may meet a header or a terminal later.
function isPlainText(text: string): boolean {
  return text.isWellFormed() && !/\p{Cc}/u.test(text);
}

function fixedBytes(byteLength: number): z.ZodType<string> {
  return z.string().regex(fixedBytesPattern(byteLength));
}

export const commitment: z.ZodType<string> = fixedBytes(limits.commitmentBytes);
export const keyReference: z.ZodType<string> = fixedBytes(limits.keyReferenceBytes);
export const wrappedDataKey: z.ZodType<string> = fixedBytes(limits.wrappedDataKeyBytes);
export const recordHeader: z.ZodType<string> = fixedBytes(limits.recordHeaderBytes);

export const role: z.ZodType<Role> = z.enum(Object.keys(roles) as Role[]);

export const rootReference: z.ZodType<RootReference> = z.strictObject({
  provider: boundedText(limits.rootProviderCharacters),
  keyId: boundedText(limits.rootKeyIdCharacters),
});

const scopeId = boundedText(limits.scopeIdCharacters);

export const scope: z.ZodType<ScopeReference> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('service'), id: serviceId }),
  z.strictObject({ kind: z.literal('user'), id: scopeId }),
  z.strictObject({ kind: z.literal('secret'), id: scopeId }),
  z.strictObject({ kind: z.literal('tenant') }),
  z.strictObject({ kind: z.literal('platform') }),
]);

export const tenantGrant: z.ZodType<TenantGrant> = z.union([
  z.literal('*'),
  z.array(tenantId).min(1).max(limits.apiKeyTenants),
]);

export const itemCount: z.ZodType<number> = z.int().min(1).max(limits.batchItems);
export const leaseRemainingMs: z.ZodType<number> = z.int().nonnegative();
export const version: z.ZodType<number> = z.int().min(1).max(0xffff_ffff);
export const instant: z.ZodType<string> = z.iso.datetime();
export const cursor: z.ZodType<string> = boundedText(limits.cursorCharacters);
export const errorCode: z.ZodType<ApiErrorCode> = z.custom<ApiErrorCode>(isApiErrorCode);

/** A batch: at least one item and at most 500. */
export function batchOf<Item>(item: z.ZodType<Item>): z.ZodType<Item[]> {
  return z.array(item).min(1).max(limits.batchItems);
}
