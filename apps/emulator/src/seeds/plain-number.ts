/**
 * A number as it is written. YAML reads `000000000000` and a digest that happens to have no letters as numbers; where a text is
 * meant, the characters count.
 */
export class PlainNumber {
  readonly value: number;
  readonly source: string;

  constructor(value: number, source: string) {
    this.value = value;
    this.source = source;
  }
}
