import { allocateColumns } from "../../../../analysis/import/allocateColumns.ts";
import type { StageRows } from "../../../../analysis/stageRows.ts";
import type { Load } from "../../../../harness/plan.ts";
import { flags, type Outcome, outcomes } from "../../../../harness/recordFormat.ts";
import { normal, seededRandom } from "../../fakeEngine.ts";

/** A request of a simulated stage, in ms. */
interface Served {
  readonly begin: number;
  readonly first: number;
  readonly end: number;
  readonly tokens: number;
}

export interface Shape {
  readonly seed: number;
  readonly seconds: number;
  /** Times grow by this share over the window: 0.2 is 20 % slower at its end. */
  readonly drift?: number;
}

const PREFILL_MS = 12;
const TOKEN_MS = 8;

/** Between two Poisson arrivals. */
function gap(random: () => number, rate: number): number {
  return -Math.log(1 - random()) / rate;
}

/** Output lengths with a long tail, mean 64. */
function length(random: () => number): number {
  return Math.max(2, Math.round(64 * Math.exp(0.6 * normal(random) - 0.18)));
}

/** Speed of the whole engine at a moment: slow ups and downs of a few percent, and the drift. */
function pace(random: () => number, { seconds, drift = 0 }: Shape): (ms: number) => number {
  const steps = Math.ceil(seconds * 10) + 100;
  let level = 0;
  const wander = Array.from({ length: steps }, () => (level = 0.97 * level + 0.01 * normal(random)));
  return (ms) =>
    Math.exp(wander[Math.min(steps - 1, Math.floor(ms / 100))] as number) *
    (1 + drift * Math.min(1, ms / (1000 * seconds)));
}

/** A batching engine in a closed loop: prefills one after the other, so the start of all connections is a queue of them. */
export function closedLoop(concurrency: number, shape: Shape): StageRows {
  const random = seededRandom(shape.seed);
  const speed = pace(random, shape);
  const free = new Float64Array(concurrency);
  const served: Served[] = [];
  let prefillFree = 0;
  for (;;) {
    const slot = free.indexOf(Math.min(...free));
    const begin = free[slot] as number;
    if (begin >= 1000 * shape.seconds) break;
    prefillFree = Math.max(prefillFree, begin) + PREFILL_MS * speed(begin);
    const tokens = length(random);
    const perToken = TOKEN_MS * (1 + concurrency / 50) * speed(begin) * Math.exp(0.05 * normal(random));
    const end = prefillFree + (tokens - 1) * perToken;
    served.push({ begin, first: prefillFree, end, tokens });
    free[slot] = end;
  }
  return stageOf({ type: "concurrency", concurrency }, shape, served);
}

/** k servers and one queue, Poisson arrivals: waits depend on each other for a long time, and ever longer near capacity. */
export function queue(servers: number, utilisation: number, shape: Shape): StageRows {
  const random = seededRandom(shape.seed);
  const speed = pace(random, shape);
  const rate = utilisation * (servers / (PREFILL_MS + 63 * TOKEN_MS));
  const free = new Float64Array(servers);
  const served: Served[] = [];
  for (let begin = 0; begin < 1000 * shape.seconds; begin += gap(random, rate)) {
    let slot = 0;
    for (let i = 1; i < servers; i++) if ((free[i] as number) < (free[slot] as number)) slot = i;
    const start = Math.max(begin, free[slot] as number);
    const tokens = length(random);
    const first = start + PREFILL_MS * speed(start);
    const end = first + (tokens - 1) * TOKEN_MS * speed(start) * Math.exp(0.05 * normal(random));
    served.push({ begin, first, end, tokens });
    free[slot] = end;
  }
  return stageOf({ type: "poisson", requestsPerSecond: 1000 * rate }, shape, served);
}

/** Without a queue; every request slows the others down, so TPOT goes up and down with the load that chance brings. */
export function sharing(inFlight: number, shape: Shape): StageRows {
  const random = seededRandom(shape.seed);
  const speed = pace(random, shape);
  const rate = inFlight / (PREFILL_MS + 63 * TOKEN_MS * (1 + inFlight / 50));
  const served: Served[] = [];
  let ends: number[] = [];
  for (let begin = 0; begin < 1000 * shape.seconds; begin += gap(random, rate)) {
    ends = ends.filter((end) => end > begin);
    const tokens = length(random);
    const first = begin + PREFILL_MS * speed(begin);
    const end =
      first + (tokens - 1) * TOKEN_MS * (1 + ends.length / 50) * speed(begin) * Math.exp(0.05 * normal(random));
    served.push({ begin, first, end, tokens });
    ends.push(end);
  }
  return stageOf({ type: "poisson", requestsPerSecond: 1000 * rate }, shape, served);
}

function stageOf(load: Load, { seconds }: Shape, served: readonly Served[]): StageRows {
  const columns = allocateColumns(served.length);
  served
    .toSorted((a, b) => a.end - b.end)
    .forEach(({ begin, first, end, tokens }, row) => {
      columns.outcome[row] = outcomes.indexOf("ok");
      columns.flags[row] = flags.streamed | flags.outputFromUsage;
      columns.scheduledMs[row] = begin;
      columns.sentMs[row] = begin;
      columns.firstTokenMs[row] = first;
      columns.lastTokenMs[row] = end;
      columns.endMs[row] = end;
      columns.outputTokens[row] = tokens;
    });
  const none = Object.fromEntries(outcomes.map((name) => [name, 0])) as Record<Outcome, number>;
  return {
    plan: { name: "simulated", load, stop: { seconds } },
    summary: {
      ...{ name: "simulated", status: "complete", startMs: 0, endMs: 1000 * seconds, drainedMs: 1000 * seconds },
      ...{ sent: served.length, outcomes: { ...none, ok: served.length }, client: null, gapCv: null },
    },
    columns,
    rows: Uint32Array.from(served.keys()),
    itl: null,
    failuresUnknown: null,
  };
}
