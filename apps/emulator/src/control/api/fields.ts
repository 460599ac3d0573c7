import { z } from 'zod';
import type { WatchedService } from '../journal-entry.ts';

/** A name of something that a client chose, such as a key's ARN. */
export const name: z.ZodString = z.string().min(1).max(2_048);

export const accountId: z.ZodString = z
  .string()
  .regex(/^\d{12}$/)
  .meta({ description: 'Twelve digits.', example: '000000000000' });

export const operation: z.ZodString = name.meta({
  description:
    'An operation of AWS KMS, AWS Secrets Manager or the encryption API, by its name. Any other is refused.',
  example: 'Decrypt',
});

export const service: z.ZodType<WatchedService> = z
  .enum(['kms', 'secretsmanager', 'encryption-api'])
  .meta({ id: 'Service', description: 'A service of the emulator.' });

export const from: z.ZodType<'client' | 'emulator'> = z
  .enum(['client', 'emulator'])
  .meta({ description: "`client` over HTTP; `emulator`: what the emulator's own services ask one another." });

/** Without the members that are undefined, which schemas leave where a member is optional. */
export function defined<Type extends object>(members: object): Type {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Type;
}
