import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { analyse } from "../../../analysis/analyse.ts";
import type { Run } from "../../../analysis/run.ts";
import { writeData } from "../../../analysis/write/data.ts";
import { readmeText } from "../../../analysis/write/readme.ts";
import { stagesCsv } from "../../../analysis/write/stagesCsv.ts";
import { statsText } from "../../../analysis/write/statsText.ts";
import { terminalTable } from "../../../analysis/write/terminalTable.ts";
import { closedLoopRun } from "../fakeEngine.ts";
import { temporaryFolder } from "../nativeFolder.ts";
import { imported, options, runsOf } from "../systems.ts";

const folder = join(import.meta.dirname, "..", "..", "golden", "text");

/** UPDATE_GOLDEN=1 writes the file anew; read the difference before you commit it. */
async function golden(name: string, actual: string): Promise<void> {
  const file = join(folder, name);
  if (process.env.UPDATE_GOLDEN === "1") {
    await mkdir(folder, { recursive: true });
    writeFileSync(file, actual);
  }
  assert.equal(actual, readFileSync(file, "utf8"));
}

/** One system with trouble: failures at concurrency 8, no stage at 16, and a real engine's name. */
async function troubled(): Promise<Run> {
  const fake = closedLoopRun({ seed: 5, concurrencies: [1, 8, 16], windowMs: 2000, target: "engine" });
  const requests = fake.requests
    .filter(({ stage }) => stage !== 2)
    .map((request, i) =>
      request.stage === 1 && i % 9 === 0
        ? { ...request, outcome: "http5xx" as const, status: 500, message: "500 <b>EngineDeadError</b> | see `log`" }
        : request,
    );
  return { ...(await imported({ ...fake, requests })), simulated: false };
}

describe("text outputs", () => {
  let engines: Run[];
  let trouble: Run;
  before(async () => {
    engines = await runsOf([{ name: "engine-a" }, { name: "engine-b", shape: { slowdown: 1.15 } }], 1200);
    trouble = await troubled();
  });
  const compared = () => analyse(engines, { ...options, title: "engines" });
  const single = () => analyse([trouble], { ...options, title: "my stack" });

  it("are as they were read: terminal table of a comparison", () =>
    golden("terminal-comparison.txt", terminalTable(compared())));
  it("are as they were read: terminal table of a run with trouble", () =>
    golden("terminal-trouble.txt", terminalTable(single())));
  it("are as they were read: stats.txt", () => golden("stats.txt", statsText(single())));
  it("name a command that made the runs for each of several stacks", () => {
    const [a, b] = engines as [Run, Run];
    const analysis = analyse(
      [
        { ...a, stack: "one" },
        { ...b, stack: "two" },
      ],
      { ...options, title: "one and two" },
    );
    const text = readmeText(analysis, { images: [], files: [] });
    assert.match(text, /Their runs were made by `\.\/bench up one`, `\.\/bench up two`/);
    assert.doesNotMatch(text, / \+ two/);
  });
  it("are as they were read: README.md", () =>
    golden(
      "README.md",
      readmeText(compared(), { images: [{ file: "plots/a b.png", title: "SIMULATED: Overview" }], files: [] }),
    ));

  it("fit their width", () => {
    for (const line of terminalTable(compared()).split("\n")) assert.ok(line.length <= 100, line);
    for (const line of terminalTable(single()).split("\n")) assert.ok(line.length <= 100, line);
    for (const line of statsText(compared()).split("\n")) assert.ok(line.length <= 130, line);
  });

  it("say SIMULATED in the title where it was, and only there", () => {
    const { title } = compared();
    assert.equal(terminalTable(compared()).split("\n")[0], `SIMULATED: ${title}`);
    assert.equal(statsText(compared()).split("\n")[0], `SIMULATED: ${title}`);
    assert.match(readmeText(compared(), { images: [], files: [] }), /^# SIMULATED: engines\n/);
    for (const text of [
      terminalTable(single()),
      statsText(single()),
      readmeText(single(), { images: [], files: [] }),
    ]) {
      assert.ok(!text.includes("SIMULATED"));
    }
  });

  it("never print a percentile below its floor", () => {
    const text = statsText(single());
    const row = text.split("\n").find((line) => line.startsWith("TTFT ms"))!;
    assert.match(row, /n<130 +n<662/);
  });

  it("escape names and messages that come from outside", () => {
    const readme = readmeText(single(), { images: [], files: [] });
    assert.ok(readme.includes("&lt;b&gt;EngineDeadError&lt;/b&gt; \\| see \\`log\\`"));
    assert.ok(!readme.includes("<b>"));
    const hostile = { ...trouble, target: '=1+1,"x"\n' };
    const csv = stagesCsv(analyse([hostile], options));
    assert.ok(csv.includes('\n"=1+1,""x""\n",'));
  });

  it("have a CSV row for every repetition and pool, with as many fields as the header, and empty fields for the unknown", () => {
    const analysis = compared();
    const [header, ...rows] = stagesCsv(analysis)
      .trimEnd()
      .split("\n")
      .map((line) => line.split(","));
    assert.equal(rows.length, 2 * 3 * (5 + 1));
    for (const row of rows) assert.equal(row.length, header!.length);
    const column = (name: string) => header!.indexOf(name);
    const pooled = rows.find((row) => row[column("repetition")] === "all")!;
    const metrics = analysis.systems[0]!.stages[0]!.pooled;
    assert.equal(Number(pooled[column("ttft_ms_p50")]), metrics.ttftMs.p50.value);
    assert.equal(Number(pooled[column("output_tokens_per_s")]), metrics.outputTokensPerSecond.value);
    assert.equal(metrics.ttftMs.p99.value, null);
    assert.equal(pooled[column("ttft_ms_p99")], "");
    assert.equal(pooled[column("simulated")], "true");
    assert.deepEqual(
      rows.slice(0, 6).map((row) => row[column("repetition")]),
      ["1", "2", "3", "4", "5", "all"],
    );
  });

  it("are all written by one call, below the folder of the result", async () => {
    const { path, remove } = await temporaryFolder();
    try {
      const files = await writeData(single(), [trouble], path);
      for (const file of files) assert.ok((await readFile(join(path, file), "utf8")).length > 100, file);
      const stats = JSON.parse(await readFile(join(path, "analysis/data/stats.json"), "utf8"));
      assert.deepEqual(stats, single());
      const readme = await readFile(join(path, "README.md"), "utf8");
      assert.match(readme, /!\[.*\]\(analysis\/plots\/overview\.png\)/);
      const inner = await readFile(join(path, "analysis/plots/README.md"), "utf8");
      assert.match(inner, /!\[.*\]\(overview\.png\)/);
      assert.match(inner, /\]\(\.\.\/\.\.\/report\.html\)/);
      const [header, ...rows] = (await readFile(join(path, "results/requests.csv"), "utf8")).trimEnd().split("\n");
      assert.equal(rows.length, trouble.requests!.length);
      const at = (row: string, name: string) => row.split(",")[header!.split(",").indexOf(name)];
      assert.equal(
        rows.filter((row) => at(row, "outcome") === "http5xx" && at(row, "http_status") === "500").length,
        single().systems[0]!.stages[1]!.pooled.outcomes.http5xx,
      );
      assert.equal(
        Number(at(rows[0]!, "first_token_ms")),
        Math.round(trouble.requests!.firstTokenMs[0]! * 1000) / 1000,
      );
    } finally {
      await remove();
    }
  });
});
