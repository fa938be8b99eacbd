import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { HarnessSummary } from "../recordFormat.ts";
import { benchmarkPlan, concurrencyStage } from "./benchmarkPlan.ts";
import { ChildServer } from "./childServer.ts";
import { generateInTemporaryFolder } from "./runFolder.ts";
import type { Row } from "./table.ts";

const CONNECTIONS = 64;
const TOKENS = 128;
const STAGES = 10;
const FULL_RUN = 1_000_000;
const MOST_MB = 300;

/**
 * Peak resident memory of the generator as a process of its own, in tenths of the run. A run shorter than a million
 * requests is judged by what a million would take at the slope of its second half.
 */
export async function memory(requests: number): Promise<Row[]> {
  const server = await ChildServer.start("instantServer.ts", [String(TOKENS), "body"]);
  try {
    const stage = concurrencyStage(CONNECTIONS, Math.ceil(requests / STAGES));
    const plan = benchmarkPlan(server.origin, TOKENS, [stage, ...Array.from({ length: STAGES - 1 }, () => stage)]);
    const summary = await generateInTemporaryFolder(plan, async (folder) => {
      return JSON.parse(await readFile(join(folder, "summary.json"), "utf8")) as HarnessSummary;
    });
    const peaks = summary.stages.map((s) => s.client.maxRssMb);
    const last = peaks[STAGES - 1]!;
    const slope = (last - peaks[STAGES / 2 - 1]!) / (requests / 2);
    const atFullRun = last + slope * Math.max(0, FULL_RUN - requests);
    const ok = summary.stages.reduce((sum, s) => sum + s.outcomes.ok, 0);
    const perSecond = ok / ((summary.endedMs - summary.stages[0]!.startMs) / 1000);
    const tenths = peaks.map((mb) => mb.toFixed(0)).join(" ");
    return [
      {
        name: `peak memory, ${requests.toLocaleString("en")} requests x ${TOKENS} tokens`,
        target: `<= ${MOST_MB} MB at ${FULL_RUN.toLocaleString("en")}`,
        measured: `${last.toFixed(0)} MB (by tenths: ${tenths}), ${atFullRun.toFixed(0)} MB at a million; ${Math.round(perSecond)} req/s`,
        pass: atFullRun <= MOST_MB && ok === STAGES * stage.stop.requests,
      },
    ];
  } finally {
    server.stop();
  }
}
