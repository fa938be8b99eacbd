import type { HarnessPlan, Stage } from "../plan.ts";
import { benchmarkPlan } from "./benchmarkPlan.ts";
import { ChildServer } from "./childServer.ts";
import { median, percentile } from "./percentile.ts";
import { readLatencies, runInTemporaryFolder } from "./runFolder.ts";
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
 * What we report against what the server itself wrote down; the median over rounds, as the machine may be shared.
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
  const seen = figures.map(() => ({ ours: [] as number[], server: [] as number[], error: [] as number[] }));
  // The first round compiles the code of both sides and is not counted.
  for (let round = 0; round <= rounds; round++) {
    const plan: HarnessPlan = {
      ...benchmarkPlan(server.origin, TOKENS, [{ name, load, stop: { requests } }]),
      // Opens the connections: the server's record cannot know how long that took.
      warmup: { requests: STREAMS, concurrency: STREAMS },
    };
    const latencies = await runInTemporaryFolder(plan, (_, folder) => readLatencies(folder));
    const record = await server.ask<ServerRecord>("record");
    if (record.n !== latencies.ttftMs.length) throw new Error(`the server saw ${record.n} requests`);
    if (round === 0) continue;
    figures.forEach((figure, i) => {
      const ours = figure.of(latencies);
      const truth = figure.server(record);
      seen[i]!.ours.push(ours);
      seen[i]!.server.push(truth);
      seen[i]!.error.push(Math.abs(ours - truth));
    });
  }
  return figures.map((figure, i) => {
    const { ours, server: truth, error } = seen[i]!;
    const errors = error.map((e) => e.toFixed(2)).join(", ");
    return {
      name: `${figure.name}, ${name}`,
      target: judged ? `within ${figure.boundMs} ms of the server's record` : "-",
      measured: `${median(ours).toFixed(2)} ms, server ${median(truth).toFixed(2)} ms; off by ${errors}`,
      pass: judged ? median(error) <= figure.boundMs : null,
    };
  });
}
