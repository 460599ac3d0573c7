/** What is wrong with a policy document. */
export type FlawKind = 'syntax' | 'principals';

/** A policy that is none: thrown by the parser alone, and turned into AWS's answer, or a seed's error, by who called it. */
export class PolicyFlaw extends Error {
  override readonly name = 'PolicyFlaw';
  readonly kind: FlawKind;

  constructor(kind: FlawKind, text: string) {
    super(text);
    this.kind = kind;
  }
}
