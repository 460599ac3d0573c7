/** Whether a value is a blob as AWS JSON has it: canonical base64. */
export function isBlob(value: unknown): value is string {
  return typeof value === 'string' && Buffer.from(value, 'base64').toString('base64') === value;
}
