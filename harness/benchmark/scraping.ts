import { join } from "node:path";
import { benchmarkPlan, concurrencyStage } from "./benchmarkPlan.ts";
import { ChildServer } from "./childServer.ts";
import { interval } from "./logRatio.ts";
import { runInTemporaryFolder } from "./runFolder.ts";
import type { Row } from "./table.ts";

const CONNECTIONS = 64;
const TOKENS = 128;
const MOST_COST = 1.02;
const page = join(import.meta.dirname, "../../test/data/server-metrics/vllm-0.32.0.prom");

/**
 * What it costs the generator to ask the server for its metrics, a whole page of a real vLLM a second: the same run with and
 * without, turn about. CPU is judged, which other work on the machine changes less than speed.
 */
export async function scraping(rounds: number, requests: number): Promise<Row[]> {
  const server = await ChildServer.start("instantServer.ts", [String(TOKENS), "body", page]);
  try {
    await generate(server, Math.ceil(requests / 4), true);
    await generate(server, Math.ceil(requests / 4), false);
    const cpu: number[] = [];
    const speed: number[] = [];
    for (let i = 0; i < rounds; i++) {
      const first = await generate(server, requests, i % 2 === 0);
      const second = await generate(server, requests, i % 2 !== 0);
      const [asking, silent] = i % 2 === 0 ? [first, second] : [second, first];
      cpu.push(Math.log(asking.cpuMs / silent.cpuMs));
      speed.push(Math.log(silent.ms / asking.ms));
    }
    const ratio = interval(cpu);
    return [
      {
        name: "CPU with metrics asked once a second, over without",
        target: `<= ${MOST_COST}; unjudged where the interval holds it`,
        measured: text(ratio),
        // On a busy machine the interval is wide: that is no proof of either.
        pass: ratio.high <= MOST_COST ? true : ratio.low > MOST_COST ? false : null,
      },
      { name: "req/s with, over without", target: "-", measured: text(interval(speed)), pass: null },
    ];
  } finally {
    server.stop();
  }
}

function text({ ratio, low, high }: ReturnType<typeof interval>): string {
  return `${ratio.toFixed(3)} (95 % interval ${low.toFixed(3)} to ${high.toFixed(3)})`;
}

async function generate(server: ChildServer, requests: number, asks: boolean): Promise<{ ms: number; cpuMs: number }> {
  const plan = benchmarkPlan(server.origin, TOKENS, [concurrencyStage(CONNECTIONS, requests)]);
  const before = process.cpuUsage();
  const begin = performance.now();
  await runInTemporaryFolder(asks ? plan : { ...plan, metrics: null }, async ({ summary }) => {
    const { ok } = summary.stages[0]!.outcomes;
    if (ok !== requests) throw new Error(`${requests - ok} of ${requests} requests failed`);
  });
  const { user, system } = process.cpuUsage(before);
  return { ms: performance.now() - begin, cpuMs: (user + system) / 1000 };
}
