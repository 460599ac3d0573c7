// Machines are noisy and never alike: a figure here is a ratio of CPU times, taken in one run, with the contenders
// interleaved in short slots, so that whatever disturbs one disturbs all of them.

/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {() => unknown} run one operation; a promise is awaited
 * @property {number} [operations] how many operations one `run` is; 1 if absent
 * @property {number} [target] the ratio that it must not pass
 */

/**
 * @typedef {object} Result
 * @property {string} name
 * @property {number} ratio CPU time ÷ that of the reference, median of the rounds
 * @property {number} low first quartile of the ratio
 * @property {number} high third quartile of the ratio
 * @property {number} microseconds CPU time of one operation, median of the rounds
 * @property {number | undefined} target
 */

const warmUpRounds = 2;

/** CPU time of this process so far in microseconds, user and system. The thread pool's and the collector's count too: they are not free. */
function cpuMicroseconds() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** CPU microseconds of one operation in a slot of so many calls. */
async function slot({ run, operations = 1 }, calls) {
  const before = cpuMicroseconds();
  for (let i = 0; i < calls; i++) {
    const result = run();
    // Awaiting what is no promise would cost a synchronous contender a turn of the microtask queue.
    if (result instanceof Promise) await result;
  }
  return (cpuMicroseconds() - before) / calls / operations;
}

/** How many calls fill a slot: as long as it takes when nothing disturbs it. */
async function callsPerSlot(contender, slotMs) {
  let calls = 1;
  for (;;) {
    let leastMs = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 3; i++) {
      leastMs = Math.min(
        leastMs,
        ((await slot(contender, calls)) * calls * (contender.operations ?? 1)) / 1000,
      );
    }
    if (leastMs > slotMs / 2) return Math.max(1, Math.round((calls * slotMs) / leastMs));
    calls *= 2;
  }
}

function quantile(sorted, part) {
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}

/**
 * Measures contenders against the first of them.
 *
 * @param {readonly Contender[]} contenders the reference first
 * @param {{ rounds: number, slotMs: number }} options
 * @returns {Promise<readonly Result[]>}
 */
export async function measure(contenders, { rounds, slotMs }) {
  const [reference, ...others] = contenders;
  const calls = new Map();
  // Twice: the first time finds how fast cold code is.
  for (let i = 0; i < 2; i++) {
    for (const contender of contenders) calls.set(contender, await callsPerSlot(contender, slotMs));
  }
  const ratios = new Map(contenders.map((contender) => [contender, []]));
  const times = new Map(contenders.map((contender) => [contender, []]));
  for (let round = -warmUpRounds; round < rounds; round++) {
    const referenceTimes = [await slot(reference, calls.get(reference))];
    const taken = new Map();
    for (let i = 0; i < others.length; i++) {
      // Another order in each round, so that nobody always runs after the same neighbour.
      const contender = others[(i + round + warmUpRounds) % others.length];
      taken.set(contender, await slot(contender, calls.get(contender)));
      referenceTimes.push(await slot(reference, calls.get(reference)));
    }
    if (round < 0) continue;
    let i = 0;
    for (const [contender, time] of taken) {
      // Against the reference just before and just after: whatever drifts falls on both sides.
      ratios.get(contender).push((2 * time) / (referenceTimes[i] + referenceTimes[i + 1]));
      times.get(contender).push(time);
      i++;
    }
    ratios.get(reference).push(1);
    times.get(reference).push(...referenceTimes);
  }
  const ascending = (numbers) => numbers.toSorted((a, b) => a - b);
  return contenders.map((contender) => {
    const sorted = ascending(ratios.get(contender));
    return {
      name: contender.name,
      ratio: quantile(sorted, 0.5),
      low: quantile(sorted, 0.25),
      high: quantile(sorted, 0.75),
      microseconds: quantile(ascending(times.get(contender)), 0.5),
      target: contender.target,
    };
  });
}
