/** Secrets that are planted, and looked for in whatever is kept: as bytes and in each way in which bytes are written down. */
export class PlantedSecrets {
  readonly #spellings = new Map<string, string>();

  /** @param name for messages; never the secret itself */
  plant(name: string, secret: string | Uint8Array): void {
    const bytes = Buffer.from(secret);
    const spellings: Record<string, string> = {
      'as it is': bytes.toString('latin1'),
      'UTF-16': Buffer.from(bytes.toString('latin1'), 'utf16le').toString('latin1'),
      hex: bytes.toString('hex'),
      HEX: bytes.toString('hex').toUpperCase(),
      'hex as inspect shows a Buffer': bytes.toString('hex').replace(/..(?=.)/g, '$& '),
      decimal: bytes.join(','),
      'decimal as inspect shows it': bytes.join(', '),
      'JSON of an array of bytes': Array.from(bytes, (byte, index) => `"${index}":${byte}`).join(','),
    };
    // Also within a longer text, which may begin one or two bytes before it.
    for (const before of [0, 1, 2]) {
      const shifted = Buffer.concat([Buffer.alloc(before), bytes]);
      for (const encoding of ['base64', 'base64url'] as const) {
        const text = shifted.toString(encoding).replace(/=+$/, '');
        // Without the characters that the neighbours have a part in.
        spellings[`${encoding}, ${before} bytes in`] = text.slice(before === 0 ? 0 : before + 1, -1);
      }
    }
    for (const [spelling, text] of Object.entries(spellings))
      this.#spellings.set(text, `${name} (${spelling})`);
  }

  /** What of the planted is in a text, or in bytes, by name. */
  in(content: string | Uint8Array): string[] {
    const text = Buffer.from(content).toString('latin1');
    return [...this.#spellings].filter(([spelling]) => text.includes(spelling)).map(([, name]) => name);
  }
}
