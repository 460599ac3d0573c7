import type { CryptoBackend } from '../src/index.ts';
import { prepareFieldContext } from '../src/index.ts';

/** Nonces of fields that were sealed by the backend itself, in hexadecimal. */
export async function drawNonces(backend: CryptoBackend, count: number): Promise<string[]> {
  const fresh = await backend.createDataKey();
  const sealer = await fresh.wrappedAs({
    keyReference: new Uint8Array(8),
    wrapped: new Uint8Array(60),
  });
  fresh[Symbol.dispose]();
  const context = prepareFieldContext({
    tenant: 'acme',
    scope: { kind: 'tenant' },
    table: 'people',
    field: 'ssn',
    idType: 'integer',
  });
  const nonces: string[] = [];
  for (let i = 0; i < count; i++) {
    const field = await sealer.sealField(true, context, i);
    nonces.push(Buffer.from(field.subarray(1, 13)).toString('hex'));
  }
  return nonces;
}
