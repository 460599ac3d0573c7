import { isWrappingAvailable } from '../crypto/unwrap-material.ts';
import { KmsFault } from '../faults/kms-fault.ts';
import type { ShapeValue } from '../model/shape-value.ts';
import { findManagedKey } from './find-key.ts';
import { toSeconds } from './key-metadata.ts';
import { defineOperation, type Operation } from './operation.ts';
import { requireState } from './require-usable.ts';
import { wrongOrigin } from './rotation.ts';

/** AWS has SM2 in the China Regions alone. */
const modulusLengths: Readonly<Record<ShapeValue<'WrappingKeySpec'>, number | undefined>> = {
  RSA_2048: 2048,
  RSA_3072: 3072,
  RSA_4096: 4096,
  SM2: undefined,
};

/** AWS KMS API reference, "GetParametersForImport". */
export const getParametersForImport: Operation = defineOperation(
  'GetParametersForImport',
  'GetParametersForImportRequest',
  async (input, call) => {
    const key = await findManagedKey(input.KeyId, call);
    if (key.record.origin !== 'EXTERNAL') throw wrongOrigin(key);
    requireState(key, call.caller.operation);
    const modulusLength = modulusLengths[input.WrappingKeySpec];
    if (modulusLength === undefined || !isWrappingAvailable(input.WrappingAlgorithm))
      throw new KmsFault('UnsupportedOperationException');
    const nowMs = call.clock.now().wallMs;
    const issued = await call.imports.issue(key.address, modulusLength, input.WrappingAlgorithm, nowMs);
    return {
      ImportToken: issued.importToken.toString('base64'),
      KeyId: key.arn,
      ParametersValidTo: toSeconds(issued.validToMs),
      PublicKey: issued.publicKey.toString('base64'),
    };
  },
);
