/** Why a signature is not accepted. */
export type SignatureProblem =
  | 'missing'
  | 'incomplete'
  | 'mismatch'
  | 'unknown-credentials'
  | 'expired-token';

interface ProblemRow {
  /** Over AWS JSON. */
  readonly json: string;
  /** Over AWS Query and REST XML. */
  readonly query: string;
}

/** AWS's names for the same causes; the protocols spell them differently. */
export const signatureProblems: Readonly<Record<SignatureProblem, ProblemRow>> = {
  missing: { json: 'MissingAuthenticationTokenException', query: 'MissingAuthenticationToken' },
  incomplete: { json: 'IncompleteSignatureException', query: 'IncompleteSignature' },
  mismatch: { json: 'InvalidSignatureException', query: 'SignatureDoesNotMatch' },
  'unknown-credentials': { json: 'UnrecognizedClientException', query: 'InvalidClientTokenId' },
  'expired-token': { json: 'ExpiredTokenException', query: 'ExpiredToken' },
};

/** A signature that is not accepted, with AWS's text. It is a value of the verification, caught where that is called. */
export class SignatureRefusal extends Error {
  override readonly name = 'SignatureRefusal';
  readonly problem: SignatureProblem;

  constructor(problem: SignatureProblem, text: string) {
    super(text);
    this.problem = problem;
  }
}

/** As AWS answers: github.com/aws/aws-sdk-js-v3/issues/5576 and github.com/disneystreaming/smithy4s/issues/1568. */
export function regionInvalid(): SignatureRefusal {
  return new SignatureRefusal('mismatch', 'Credential should be scoped to a valid region. ');
}
