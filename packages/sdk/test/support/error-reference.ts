import type { ErrorEntry } from '../../src/index.ts';

/** The layers in the order in which a call meets them, and what is said of each. */
const layers: readonly (readonly [layer: ErrorEntry['layer'], text: string])[] = [
  [
    'config',
    'What the client, a call or a declaration was given. Nothing was sent, but by a middleware that called `next()` first.',
  ],
  ['context', 'What a value is bound to. Nothing was encrypted or decrypted.'],
  ['transport', 'The way to the service and back.'],
  ['tls', 'The server’s certificate, or the agreement on TLS. Tried once; nothing of the request was sent.'],
  ['auth', 'The API key and what it may do.'],
  ['api', 'The request, as the service sees it.'],
  ['key', 'The keys above the data: of the tenant, of its services, and data keys themselves.'],
  ['format', 'The form of a ciphertext or of a value.'],
  ['integrity', 'A ciphertext that was changed or belongs elsewhere.'],
  ['store', 'What the service keeps.'],
  ['cause', 'Errors that speak for the one in `cause`.'],
];

/** docs/sdk/errors.md: every code, by layer. */
export function errorReference(table: Readonly<Record<string, ErrorEntry>>): string {
  const sections = layers.map(([layer, text]) => {
    const rows = Object.entries(table)
      .filter(([, entry]) => entry.layer === layer)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([code, entry]) => row(code, entry));
    return [
      `## ${layer}`,
      '',
      text,
      '',
      '| code | status | try again | what it means | what to do |',
      '|---|---|---|---|---|',
      ...rows,
    ].join('\n');
  });
  return `${[head, ...sections].join('\n\n')}\n`;
}

function row(code: string, { status, retryable, meaning, hint }: ErrorEntry): string {
  const again = retryable === 'cause' ? 'as the cause' : retryable ? 'yes' : 'no';
  const cells = [`\`${code}\``, String(status ?? ''), again, meaning, hint];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

const head = `# Errors

Every error that \`@keyfold/sdk\` throws is a \`KeyfoldError\` with a literal \`code\`, a \`layer\`, a \`hint\`, \`retryable\` and, where there
is one, its \`cause\`. Errors of calls also have \`operation\`, \`attempts\`, \`status\`, \`requestId\` and \`notRetried\`, which says why a call that
could have been tried again was not: \`attempts_used\`, \`budget_empty\`, \`deadline_near\` or \`circuit_open\`. None holds a key, a plaintext,
a context or a body.

\`\`\`ts
import { isKeyfoldError } from '@keyfold/sdk';

try {
  await cards.decrypt(token, { context: { card: '42' } });
} catch (error) {
  if (!isKeyfoldError(error)) throw error;
  switch (error.code) {
    case 'pin_mismatch':
      console.error(error.presented, error.configured);
      break;
    case 'root_key_denied':
      console.error('The tenant has locked its data.', error.requestId);
      break;
    default:
      console.error(error.code, error.hint);
  }
}
\`\`\`

\`isKeyfoldError\` also recognises errors that another copy of the package threw. In a \`switch\` over \`error.code\` TypeScript knows all
codes and the class that belongs to each. The rows below are those of \`keyfoldErrors\`, the same table that the errors are made from; "try
again" means that the same call may succeed later without any other change. The SDK has then tried again already, as often as it may.`;
