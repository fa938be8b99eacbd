import type { HarnessPlan, Stage } from "../plan.ts";
import { benchmarkPlan } from "./benchmarkPlan.ts";
import { ChildServer } from "./childServer.ts";
import { percentile } from "./percentile.ts";
import { generateInTemporaryFolder, readLatencies } from "./runFolder.ts";
import type { Row } from "./table.ts";

const STREAMS = 256;
const TOKENS = 64;
const TTFT_MS = 200;
const GAP_MS = 20;

interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}
interface ServerRecord {
  readonly n: number;
  readonly ttftMs: Percentiles;
  readonly itlMs: Percentiles;
}
interface Figure {
  readonly name: string;
  readonly boundMs: number;
  readonly of: (latencies: { ttftMs: number[]; itlMs: number[] }) => number;
  readonly server: (record: ServerRecord) => number;
}

const figures: readonly Figure[] = [
  { name: "TTFT p50", boundMs: 2, of: (l) => percentile(l.ttftMs, 50), server: (r) => r.ttftMs.p50 },
  { name: "TTFT p99", boundMs: 5, of: (l) => percentile(l.ttftMs, 99), server: (r) => r.ttftMs.p99 },
  { name: "ITL p50", boundMs: 0.5, of: (l) => percentile(l.itlMs, 50), server: (r) => r.itlMs.p50 },
  { name: "ITL p99", boundMs: 2, of: (l) => percentile(l.itlMs, 99), server: (r) => r.itlMs.p99 },
];

/**
 * What we report against what the server itself wrote down. Of the rounds, the one counts in which the machine disturbed
 * the server least, by the server's own account (its p99 between tokens): the choice does not look at our error.
 *
 * Judged with the streams spread over time, as requests arrive in practice. Shown as well: all 256 in lockstep, every
 * token of every stream due at the same moment. Then both sides work through a burst of 256 every 20 ms, and the
 * server's record does not hold how long a request lay unread in its own socket.
 */
export async function exactness(rounds: number): Promise<Row[]> {
  const server = await ChildServer.start("pacedServer.ts", [TOKENS, TTFT_MS, GAP_MS, STREAMS].map(String));
  try {
    const streamSeconds = (TTFT_MS + (TOKENS - 1) * GAP_MS) / 1000;
    const spread: Stage["load"] = { type: "constant", requestsPerSecond: STREAMS / streamSeconds };
    const lockstep: Stage["load"] = { type: "concurrency", concurrency: STREAMS };
    return [
      ...(await compare(server, `${STREAMS} streams`, spread, 5 * STREAMS, rounds, true)),
      ...(await compare(server, `${STREAMS} in lockstep`, lockstep, 4 * STREAMS, rounds, false)),
    ];
  } finally {
    server.stop();
  }
}

async function compare(
  server: ChildServer,
  name: string,
  load: Stage["load"],
  requests: number,
  rounds: number,
  judged: boolean,
): Promise<Row[]> {
  const seen: { latencies: { ttftMs: number[]; itlMs: number[] }; record: ServerRecord }[] = [];
  for (let round = 0; round < rounds; round++) {
    const plan: HarnessPlan = {
      ...benchmarkPlan(server.origin, TOKENS, [{ name, load, stop: { requests } }]),
      // Opens the connections: the server's record cannot know how long that took.
      warmup: { requests: STREAMS, concurrency: STREAMS },
    };
    const latencies = await generateInTemporaryFolder(plan, readLatencies);
    const record = await server.ask<ServerRecord>("record");
    if (record.n !== latencies.ttftMs.length) throw new Error(`the server saw ${record.n} requests`);
    seen.push({ latencies, record });
  }
  const calmest = seen.reduce((best, one) => (one.record.itlMs.p99 < best.record.itlMs.p99 ? one : best));
  return figures.map((figure) => {
    const error = ({ latencies, record }: (typeof seen)[number]): number =>
      Math.abs(figure.of(latencies) - figure.server(record));
    const all = seen.map((one) => error(one).toFixed(2)).join(", ");
    return {
      name: `${figure.name}, ${name}`,
      target: judged ? `within ${figure.boundMs} ms of the server's record` : "-",
      measured: `off by ${error(calmest).toFixed(2)} ms of ${figure.server(calmest.record).toFixed(2)} (rounds: ${all})`,
      pass: judged ? error(calmest) <= figure.boundMs : null,
    };
  });
}
