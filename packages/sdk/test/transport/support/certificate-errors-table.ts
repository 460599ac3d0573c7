import { type TlsFailure, tlsFailures } from '../../../src/transport/tls-failures.ts';

/** The table of the documentation, in Markdown, from the data that the errors themselves are made of. */
export function certificateErrorsTable(): string {
  const rows = Object.entries(tlsFailures).map(([code, failure]) =>
    row(`\`${code}\``, failure.meaning, failure.hint, recognisedBy(failure)),
  );
  const header = [row('code', 'what it means', 'what to do', 'what Node calls it'), '|---|---|---|---|\n'];
  return [...header, ...rows].join('');
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
}

function recognisedBy({ nodeCodes, nodeCodePrefix, reasons = [] }: TlsFailure): string {
  const names = [
    ...nodeCodes.map((name) => `\`${name}\``),
    ...(nodeCodePrefix === undefined ? [] : [`any other \`${nodeCodePrefix}…\``]),
    ...reasons.map((reason) => `\`UNSPECIFIED\`: ${reason}`),
  ];
  return names.length === 0 ? 'nothing: the client checks it' : names.join(', ');
}
