import { createPrivateKey } from 'node:crypto';
import { inspect } from 'node:util';

/** Secrets that are planted, and looked for wherever something shows. */
export class Canaries {
  readonly #spellings = new Map<string, string>();

  /** @param name for messages; never the secret itself */
  plant(name: string, secret: string | Uint8Array): void {
    const bytes = Buffer.from(secret);
    const hex = bytes.toString('hex');
    const decimals = [...bytes];
    const spellings = {
      raw: bytes.toString('latin1'),
      hex,
      HEX: hex.toUpperCase(),
      'hex as inspect shows a Buffer': hex.replace(/..(?=.)/g, '$& '),
      'decimal array': decimals.join(','),
      'decimal array with spaces': decimals.join(', '),
      'object of bytes': decimals.map((byte, index) => `"${index}":${byte}`).join(','),
      'percent-encoded': encodeURIComponent(bytes.toString('latin1')),
      ...base64Spellings(bytes),
    };
    for (const [spelling, text] of Object.entries(spellings)) {
      this.#spellings.set(collapse(text), `${name} (${spelling})`);
    }
  }

  /** A word that only secrets contain, so that a piece of one is found as well. */
  plantMark(word: string): void {
    this.#spellings.set(word, `a piece of a secret (${word})`);
  }

  /** A private key: its PEM line by line, and the secret number in it. */
  plantKey(name: string, pem: string, passphrase?: string): void {
    for (const line of pem.split('\n').filter((text) => text.length >= 32 && !text.startsWith('-'))) {
      this.#spellings.set(line, `${name} (PEM)`);
    }
    const key = createPrivateKey({ key: pem, ...(passphrase !== undefined && { passphrase }) });
    this.plant(name, Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url'));
  }

  /** What of the planted shows in a text, by name. */
  in(text: string): string[] {
    const shown = collapse(text);
    return [...this.#spellings].filter(([spelling]) => shown.includes(spelling)).map(([, name]) => name);
  }
}

/** Also within a longer text, which may begin one or two bytes before it. */
function base64Spellings(bytes: Buffer): Record<string, string> {
  const spellings: Record<string, string> = {};
  for (const lead of [0, 1, 2]) {
    const shifted = Buffer.concat([Buffer.alloc(lead), bytes]);
    // Without the characters that the neighbours have a part in.
    const inner = (text: string) => text.replace(/=+$/, '').slice(lead === 0 ? 0 : lead + 1, -1);
    spellings[`base64, ${lead} bytes in`] = inner(shifted.toString('base64'));
    spellings[`base64url, ${lead} bytes in`] = inner(shifted.toString('base64url'));
  }
  return spellings;
}

function collapse(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}

/** Everything that an object shows of itself to whoever looks: text, JSON, inspect, and all its causes. */
export function shown(object: unknown): string {
  const texts = [
    String(object),
    json(object),
    inspect(object, {
      depth: 10,
      showHidden: true,
      getters: true,
      maxArrayLength: null,
      maxStringLength: null,
      breakLength: Number.POSITIVE_INFINITY,
    }),
  ];
  for (let cause = object; cause instanceof Error; cause = cause.cause) {
    texts.push(cause.message, cause.stack ?? '', json(cause), json({ ...cause }));
  }
  return texts.join('\n');
}

function json(object: unknown): string {
  return JSON.stringify(object, (_, value) => (typeof value === 'bigint' ? String(value) : value)) ?? '';
}
