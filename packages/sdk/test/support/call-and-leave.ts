import { isKeyfoldError, Keyfold } from '@keyfold/sdk';

// Run as a process of its own, by environment alone: two calls at once, and close() unless it is asked to do without. What
// then keeps the process alive that did not before is its output: nothing, or it would not end.
const count = (): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
};
const { HTTP2, PROXY, WITHOUT_CLOSE } = process.env;
// Neither is one: the pipe to the parent, and what is done in this turn of the event loop.
const passing = new Set(['PipeWrap', 'Immediate']);
const before = count();
const keyfold = new Keyfold({ http2: HTTP2 === 'yes', ...(PROXY && { proxy: PROXY }) });
const outcomes = await Promise.allSettled([keyfold.tenants.get('acme'), keyfold.tenants.get('acme')]);
for (const outcome of outcomes) {
  if (outcome.status === 'fulfilled') console.log('connected');
  else console.log(isKeyfoldError(outcome.reason) ? outcome.reason.code : outcome.reason);
}
if (WITHOUT_CLOSE !== 'yes') await keyfold.close();
await new Promise((resolve) => setImmediate(resolve)); // undici lets go of a connection a turn after its answer
const left = Object.entries(count()).filter(([name, n]) => n > (before[name] ?? 0) && !passing.has(name));
console.log(JSON.stringify(left));
