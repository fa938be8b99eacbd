/** 0 <= x < 1, the same for the same seed on every machine (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Times with a mean of exactly 1, drawn from a table: what is true of the systems is known without an estimate. */
export type Times = (random: () => number) => number;

const TABLE = 2 ** 18;

export function lognormalTimes(sigma: number, seed: number): Times {
  const random = seeded(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return fromTable(Float64Array.from({ length: TABLE }, () => Math.exp(sigma * normal())));
}

export function exponentialTimes(seed: number): Times {
  const random = seeded(seed);
  return fromTable(Float64Array.from({ length: TABLE }, () => -Math.log(1 - random())));
}

function fromTable(values: Float64Array): Times {
  const mean = values.reduce((sum, value) => sum + value, 0) / TABLE;
  return (random) => (values[(random() * TABLE) | 0] as number) / mean;
}

/**
 * Requests per unit of time of a closed loop: each connection sends its next request when one ends; the one that crosses the
 * window's end counts by its share, as in docs/metrics.md.
 */
export function closedLoopThroughput(
  random: () => number,
  service: Times,
  { connections, window, slowdown }: { connections: number; window: number; slowdown: number },
): number {
  let served = 0;
  for (let connection = 0; connection < connections; connection++) {
    // Before the window: if all began a request at its start, it would be a window that no server in use ever sees.
    let at = -(10 + 10 * random()) * slowdown;
    while (at < window) {
      const time = slowdown * service(random);
      const inside = Math.min(at + time, window) - Math.max(at, 0);
      if (inside > 0) served += inside / time;
      at += time;
    }
  }
  return served / window;
}

/** E2E times of an open loop: Poisson arrivals, one queue, `servers` servers; the first fifth, from an empty queue, left out. */
export function openLoopTimes(
  random: () => number,
  service: Times,
  gaps: Times,
  { servers, load, requests }: { servers: number; load: number; requests: number },
): Float64Array {
  const free = new Float64Array(servers);
  const times = new Float64Array(requests);
  const ramp = Math.ceil(requests / 4);
  let at = 0;
  for (let i = -ramp; i < requests; i++) {
    at += gaps(random) / (servers * load);
    let first = 0;
    for (let server = 1; server < servers; server++)
      if ((free[server] as number) < (free[first] as number)) first = server;
    const end = Math.max(at, free[first] as number) + service(random);
    free[first] = end;
    if (i >= 0) times[i] = end - at;
  }
  return times.sort();
}
