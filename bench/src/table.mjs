/** @import { Result } from './measure.mjs' */

/** Three digits that mean something. */
export function digits(n) {
  if (n >= 100) return n.toFixed(0);
  return n >= 10 ? n.toFixed(1) : n.toFixed(2);
}

/** Whether a figure keeps its target, at the two decimals that are shown. */
export function isMissed({ ratio, target }) {
  return target !== undefined && Math.round(ratio * 100) > Math.round(target * 100);
}

function cell(result) {
  if (result === undefined) return '';
  const { ratio, low, high, target } = result;
  const figure = `${digits(ratio)} (${digits(low)}–${digits(high)})`;
  if (target === undefined) return figure;
  return isMissed(result) ? `**${figure}, missed ${target.toFixed(2)}**` : `${figure} ≤ ${target.toFixed(2)}`;
}

/**
 * A Markdown table: a row a contender, a column a size.
 *
 * @param {string} title
 * @param {ReadonlyMap<string, readonly Result[]>} bySize
 */
export function table(title, bySize) {
  const sizes = [...bySize.keys()];
  const names = [...new Set([...bySize.values()].flatMap((results) => results.map(({ name }) => name)))];
  const rows = names.map((name) => {
    const cells = sizes.map((size) => cell(bySize.get(size)?.find((result) => result.name === name)));
    return `| ${name} | ${cells.join(' | ')} |`;
  });
  const reference = sizes.map(
    (size) => `${digits(bySize.get(size)?.[0]?.microseconds ?? Number.NaN)} µs at ${size}`,
  );
  return [
    `#### ${title}`,
    '',
    `| CPU ÷ reference | ${sizes.join(' | ')} |`,
    `|---|${sizes.map(() => '---').join('|')}|`,
    ...rows,
    '',
    `The reference takes ${reference.join(', ')}.`,
    '',
  ].join('\n');
}

/** Whether a time, or a count, keeps its target. */
export function isOver({ value, target }) {
  return target !== undefined && value > target;
}

/**
 * A Markdown table of figures that are no ratios.
 *
 * @param {string} title
 * @param {readonly { name: string, value: number, unit: string, target?: number }[]} rows
 */
export function figures(title, rows) {
  const lines = rows.map((row) => {
    const figure =
      `${row.unit === '' ? row.value : row.value.toFixed(row.value < 1 ? 3 : 1)} ${row.unit}`.trim();
    const verdict =
      row.target === undefined ? '' : isOver(row) ? `, missed ${row.target}` : ` ≤ ${row.target}`;
    return `| ${row.name} | ${isOver(row) ? `**${figure}${verdict}**` : `${figure}${verdict}`} |`;
  });
  return [`#### ${title}`, '', '| | |', '|---|---|', ...lines, ''].join('\n');
}
