import { prepareFieldContext, prepareValueContext } from '@keyfold/crypto-core';

/** What the benchmarked values and fields are bound to. */
export const binding = {
  value: { tenant: 'acme', scope: { kind: 'service', id: 'billing' }, context: { card: '42' } },
  field: {
    tenant: 'acme',
    scope: { kind: 'service', id: 'billing' },
    table: 'people',
    field: 'ssn',
    idType: 'integer',
  },
};

export const prepared = {
  value: prepareValueContext(binding.value),
  field: prepareFieldContext(binding.field),
};

/** A sealer and an opener of one new data key. Random bytes stand where the service would put the wrapped key. */
export async function dataKeyPair(backend) {
  const fresh = await backend.createDataKey();
  const secret = fresh.secret.clone();
  const sealer = await fresh.wrappedAs({
    keyReference: backend.randomBytes(8),
    wrapped: backend.randomBytes(60),
  });
  fresh[Symbol.dispose]();
  return { sealer, opener: await backend.openDataKey(sealer.header, secret) };
}
