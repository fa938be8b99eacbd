import { deepEqual, equal, match, ok } from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { analyse } from "../../analysis/analyse.ts";
import { drawFigures } from "../../analysis/figures/drawFigures.ts";
import { figures } from "../../analysis/figures/figures.ts";
import { importRun } from "../../analysis/import/importRun.ts";
import { reportHtml } from "../../analysis/report/report.ts";
import type { Run } from "../../analysis/run.ts";
import { benchmarkReports } from "../../analysis/write/benchmarkReport.ts";
import { reportYaml } from "../../analysis/write/benchmarkReportFiles.ts";
import { writeData } from "../../analysis/write/data.ts";
import { terminalTable } from "../../analysis/write/terminalTable.ts";
import { stackMetrics } from "../../run/metricOutputs.ts";
import { judge, referee } from "../referee/referee.ts";
import { misplaced, readSvg } from "./figures/svgTexts.ts";
import { temporaryFolder } from "./nativeFolder.ts";

const log = join(import.meta.dirname, "../data/vllm-startup/v0.32.0-cpu-safetensors.log");
const pod = {
  formatVersion: 1,
  pod: "vllm-7d4f-x2",
  createdAt: "2026-11-22T12:47:19Z",
  scheduledAt: "2026-11-22T12:47:20Z",
  startedAt: "2026-11-22T12:47:25Z",
  readyAt: "2026-11-22T12:49:11Z",
};

/** As a container runtime stamps each line: here with the second that vLLM wrote into it. */
function stamped(text: string): string {
  let second = "12:47:44";
  return text
    .split("\n")
    .map((line) => {
      second = /(?:DEBUG|INFO|WARNING) 11-22 (\d\d:\d\d:\d\d)/.exec(line)?.[1] ?? second;
      return `2026-11-22T${second}.500000000Z ${line}`;
    })
    .join("\n");
}

async function nopRun(runId: string, podTimes: object | null = pod): Promise<Run> {
  const { path: folder, remove } = await temporaryFolder();
  await mkdir(join(folder, "results"));
  const text = await readFile(log, "utf8");
  await writeFile(join(folder, "results", "vllm.log"), podTimes === null ? text : stamped(text));
  if (podTimes !== null) await writeFile(join(folder, "results", "pod.json"), JSON.stringify(podTimes));
  const run = await importRun(folder, {
    ...{ runId, stack: "starts", target: runId, repetition: 1, harness: "nop", simulated: false },
    provenance: { scenario: null, seed: 0, versions: {}, machine: {}, harness: null, simulation: null },
  });
  await remove();
  return run;
}

describe("a run that reads how an engine started", () => {
  it("is told by the pod's clock where it is known, else by the log, which begins later", async () => {
    const [both, logOnly] = [await nopRun("a"), await nopRun("b", null)];
    const table = terminalTable(analyse([both, logOnly], { title: "starts" }));
    match(table, /container started to pod ready +106 s/);
    match(table, /first line of the log to last route +82 s/);
    match(table, /not explained by a phase +25 s|not explained by a phase +2[56]\.?\d* s/);
    match(table, /- \(when the container started is not known\)/);
    ok(!table.includes("no stage ran") && !table.includes("answered no request"));
  });

  it("is compared by nobody, and its outputs hold null for what was not found", async () => {
    const analysis = analyse([await nopRun("a"), await nopRun("b")], { title: "starts" });
    equal(analysis.comparison, null);
    const [start] = stackMetrics(analysis)!.systems.a as { readySeconds: number; loadGiB: null }[];
    deepEqual([start!.readySeconds, start!.loadGiB], [106, null]);
  });

  it("is written whole, without files of requests among the links and without figures of a load", async () => {
    const run = await nopRun("a");
    const analysis = analyse([run], { title: "starts" });
    const { path: folder, remove } = await temporaryFolder();
    await writeData(analysis, [run], folder);
    const data = await readdir(join(folder, "analysis", "data"));
    ok(data.includes("startup.json") && data.includes("categories.txt"));
    const readme = await readFile(join(folder, "README.md"), "utf8");
    match(readme, /\| Worker initialization \| 34 s \|/);
    match(readme, /startup_timeline\.png/);
    ok(!/requests\.csv|overview\.png|TTFT/.test(readme));
    match(await readFile(join(folder, "analysis/data/stats.txt"), "utf8"), /^Model loading +Worker \d+/m);
    await remove();
  });

  it("has a report that shows the start, and links only to what is there", async () => {
    const analysis = analyse([await nopRun("a")], { title: "starts" });
    const page = reportHtml(analysis, await drawFigures(analysis));
    for (const [, id] of page.matchAll(/href="#([\w-]+)"/g)) ok(page.includes(`id="${id}"`), id);
    match(page, /Time to ready/);
    match(page, /nothing is compiled with --enforce-eager/);
    ok(!/id="(overview|latency|stages|errors)"|No request succeeded|TTFT/.test(page));
  });

  it("is drawn: phases, the pod's lines where both clocks are the same, absent phases named", async () => {
    for (const runs of [[await nopRun("a")], [await nopRun("a"), await nopRun("b", null)], [await nopRun("b", null)]]) {
      const analysis = analyse(runs, { title: "starts" });
      const [drawn, ...others] = await drawFigures(analysis);
      equal(others.length, 0);
      const drawing = readSvg(drawn!.svg);
      deepEqual(misplaced(drawing), []);
      const texts = drawing.texts.map(({ text }) => text);
      equal(texts.includes("ready"), runs[0]!.runId === "a");
      match(texts.join(" "), /Not in the log, so not drawn: Detect platform/);
    }
    const rows = figures(analyse([await nopRun("a")], { title: "starts" }))[0]!.table.rows;
    deepEqual(rows.find(([, , phase]) => phase === "Detect platform")?.slice(3, 6), ["", null, null]);
  });

  it("tells the Benchmark Report the pod's times, from its creation", async () => {
    const report = (run: Run) => benchmarkReports(run)[0]!.document;
    const known = report(await nopRun("a"));
    deepEqual(known.results, {
      observability: {
        pod_startup_times: {
          pods: [
            {
              ...{ name: pod.pod, model: "tiny", creation_timestamp: "2026-11-22T12:47:19Z" },
              ...{ ready_timestamp: "2026-11-22T12:49:11Z", startup_seconds: 112 },
            },
          ],
        },
      },
    });
    deepEqual(report(await nopRun("b", null)).results, {});
    const { createdAt: _, ...older } = pod;
    const [info] = report(await nopRun("c", older)).results.observability!.pod_startup_times!.pods;
    equal(info!.startup_seconds, undefined);
    if (referee !== undefined) deepEqual(judge([reportYaml(known)]), [null]);
  });
});
