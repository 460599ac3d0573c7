import { constants, createPublicKey, type VerifyKeyObjectInput, verify } from 'node:crypto';
import { bytesOf } from './generators.ts';
import type { ValueMembers } from './values.ts';

type Padding = Pick<VerifyKeyObjectInput, 'padding' | 'saltLength'>;

/** The name's first part decides; the hash is its last. */
const paddings: readonly (readonly [prefix: string, padding: Padding])[] = [
  ['RSASSA_PSS_', { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }],
  ['RSASSA_PKCS1_V1_5_', { padding: constants.RSA_PKCS1_PADDING }],
  ['ECDSA_', {}],
];

/** Checks that need no request, by name. Each gives the reason why it fails, or undefined. */
export const localChecks: Readonly<Record<string, (values: ValueMembers) => string | undefined>> = {
  signatureVerifies: ({ publicKey, signingAlgorithm, message, signature }) => {
    const algorithm = String(signingAlgorithm);
    const padding = paddings.find(([prefix]) => algorithm.startsWith(prefix))?.[1];
    const hash = /SHA_(\d+)$/.exec(algorithm)?.[1];
    if (padding === undefined || hash === undefined) return `${algorithm} is not known here`;
    const key = createPublicKey({ key: bytesOf(publicKey), format: 'der', type: 'spki' });
    const verified = verify(`sha${hash}`, bytesOf(message), { key, ...padding }, bytesOf(signature));
    return verified ? undefined : `the ${algorithm} signature does not verify`;
  },
};
