import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { shippedCriteria } from "../../scenario/criteria.ts";
import { analyse } from "../analyse.ts";
import { drawFigures } from "../figures/drawFigures.ts";
import { writeFigures } from "../figures/writeFigures.ts";
import { importRun } from "../import/importRun.ts";
import { writeReport } from "../report/report.ts";
import type { Run } from "../run.ts";
import { writeData } from "../write/data.ts";

export interface Measured {
  readonly steps: readonly Step[];
  readonly rows: number;
  readonly figures: number;
}

export interface Step {
  readonly name: string;
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Of the process, until the end of this step. */
  readonly peakMegabytes: number;
}

/** Objectives of every kind, so that nothing is passed over. */
const criteria = {
  ...shippedCriteria,
  slo: {
    ttftMs: { p50: 100, p95: 150, p99: 200 },
    tpotMs: { p95: 20 },
    itlMs: { p99: 25 },
    e2eMs: { p95: 3000 },
    minRequestsPerSecond: 1,
    minOutputTokensPerSecond: 1,
    maxErrorRate: 0.05,
  },
};

/** The same steps, in the same order, as `./bench report`. */
export async function measure(folders: readonly string[], out: string): Promise<Measured> {
  const steps: Step[] = [];
  const timed = async <T>(name: string, work: () => T | Promise<T>): Promise<T> => {
    const start = performance.now();
    const before = process.cpuUsage();
    const result = await work();
    const { user, system } = process.cpuUsage(before);
    const peakMegabytes = process.resourceUsage().maxRSS / 1024;
    const seconds = (performance.now() - start) / 1000;
    steps.push({ name, seconds, cpuSeconds: (user + system) / 1e6, peakMegabytes });
    return result;
  };
  const runs: Run[] = [];
  await timed("import", async () => {
    for (const folder of folders) runs.push(await importRun(folder));
  });
  const analysis = await timed("analyse", () => analyse(runs, { title: "made-up", criteria }));
  const plots = join(out, "analysis", "plots");
  await mkdir(plots, { recursive: true });
  await timed("data", () => writeData(analysis, runs, out));
  const drawn = await timed("figures", () => drawFigures(analysis));
  await timed("report", () => writeReport(analysis, drawn, join(out, "report.html")));
  await timed("pictures", () => writeFigures(drawn, plots));
  const rows = analysis.systems.flatMap(({ stages }) => stages).reduce((sum, { pooled }) => sum + pooled.sent, 0);
  return { steps, rows, figures: drawn.length };
}
