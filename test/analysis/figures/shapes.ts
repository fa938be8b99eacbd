import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { Analysis } from "../../../analysis/analysis.ts";
import { drawFigures } from "../../../analysis/figures/drawFigures.ts";
import { renderPng } from "../../../analysis/figures/render.ts";
import { reportHtml } from "../../../analysis/report/report.ts";
import { analysis, system } from "./fixture.ts";
import { judgedSystem } from "./judged.ts";
import { brokenAnalysis, wideAnalysis } from "./oddities.ts";

/**
 * Draws reports of data in awkward shapes, so that somebody looks at them: made-up numbers, said so in every title.
 * Needs Chromium. `npm run sample:shapes`, or `node test/analysis/figures/shapes.ts FOLDER` with every figure.
 */
interface Shape {
  readonly title: string;
  readonly make: () => Analysis;
  /** Figures that show what is special about it. */
  readonly telling: readonly string[];
}

const eight = ["vllm", "vllm-fp8", "sglang", "tgi", "trt-llm", "llama.cpp", "vllm-2-replicas", "sglang-prefix-cache"];
const forty = Array.from({ length: 40 }, (_, i) => i + 1);
const decades = [0.1, 0.5, 2, 8, 32, 100];

const shapes: Readonly<Record<string, Shape>> = {
  failed: { title: "failed and partial runs", make: brokenAnalysis, telling: ["overview", "throughput_analysis"] },
  "one-sample": {
    title: "one stage, one request",
    make: () => analysis([judgedSystem({ loads: [8], requests: 1 })]),
    telling: ["latency_analysis"],
  },
  "forty-stages": {
    title: "forty stages",
    make: () => analysis([judgedSystem({ loads: forty, repetitions: 3 })]),
    telling: ["overview", "timeline"],
  },
  "eight-systems": {
    title: "eight systems",
    make: () => analysis(eight.map((name, i) => judgedSystem({ name, speed: 1 + 0.07 * i, repetitions: 3 }))),
    telling: ["overview", "comparison", "qps_comparison"],
  },
  decades: { title: "latencies over three decades", make: wideAnalysis, telling: ["overview", "comparison"] },
  rates: {
    title: "offered rates over three decades",
    make: () =>
      analysis(
        [1, 1.3].map((speed, i) =>
          system({ name: i === 0 ? "old" : "new", speed, loadType: "poisson", loads: decades, simulated: true }),
        ),
      ),
    telling: ["qps_comparison"],
  },
};

const run = promisify(execFile);

/** A phone is narrower than a window may be: its page is an inner frame. */
async function screenshot(page: string, out: string, width: number, height: number, dark = false): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "shapes-"));
  try {
    const inner = `<iframe src="report.html" style="border:0;display:block;width:${width}px;height:${height}px"></iframe>`;
    await writeFile(join(folder, "report.html"), page);
    await writeFile(join(folder, "frame.html"), `<!DOCTYPE html><body style="margin:0">${inner}`);
    await run("chromium", [
      ...["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-background-networking"],
      ...[
        "--no-first-run",
        "--disable-component-update",
        "--disable-sync",
        `--user-data-dir=${join(folder, "profile")}`,
      ],
      ...(dark ? ["--blink-settings=preferredColorScheme=0"] : []),
      `--window-size=${width},${height}`,
      `--screenshot=${resolve(out)}`,
      `file://${join(folder, "frame.html")}`,
    ]);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

const [folder = "docs/sample/shapes", only] = process.argv.slice(2);
const everything = folder !== "docs/sample/shapes";
await mkdir(folder, { recursive: true });
for (const [name, { title, make, telling }] of Object.entries(shapes)) {
  if (only !== undefined && !only.split(",").includes(name)) continue;
  const made = { ...make(), title: `Made-up data: ${title}` };
  const drawn = await drawFigures(made);
  for (const figure of drawn) {
    if (!everything && !telling.includes(figure.name)) continue;
    await writeFile(
      join(folder, `${name}-${figure.name}.png`),
      await renderPng(figure.svg, everything ? 2 : made.systems.length > 6 ? 1.1 : 1.5),
    );
  }
  const page = reportHtml(made, drawn);
  await screenshot(page, join(folder, `${name}-desktop.png`), 1200, 1500);
  await screenshot(page, join(folder, `${name}-phone.png`), 390, 1500);
  if (!everything) continue;
  await writeFile(join(folder, `${name}.html`), page);
  await screenshot(page, join(folder, `${name}-dark.png`), 1200, 9000, true);
  await screenshot(page, join(folder, `${name}-long.png`), 1200, 9000);
}
