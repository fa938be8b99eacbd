import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { analyse } from "../../analysis/analyse.ts";
import { crossRows, explanations } from "../../analysis/crossCheck.ts";
import { definitionsByHarness } from "../../analysis/definitionsByHarness.ts";
import { importRun, type RunOrigin } from "../../analysis/import/importRun.ts";
import { crossCheckTable } from "../../analysis/write/crossCheckTable.ts";
import { fixtures, importFixture } from "./write/harnessFixtures.ts";

const data = join(import.meta.dirname, "..", "data");

describe("cross-check", () => {
  const folders: string[] = [];
  after(() => folders.forEach((folder) => void rmSync(folder, { recursive: true })));

  /** A run of files that the tool itself wrote. */
  async function runOf(harness: string, files: string) {
    const folder = mkdtempSync(join(tmpdir(), "llmbench-cross-"));
    folders.push(folder);
    cpSync(join(data, files), join(folder, "results"), { recursive: true });
    const origin: RunOrigin = {
      ...{ runId: `${harness}-00000000-r1`, stack: "x", target: harness, repetition: 1, harness, simulated: true },
      provenance: { scenario: null, seed: 1, versions: {}, machine: {}, harness: null, simulation: null },
    };
    return importRun(folder, origin);
  }

  it("sets ours beside the harness's own, load by load, and explains what differs by definition", async () => {
    const runs = [await runOf("guidellm", "guidellm/concurrent")];
    const { systems } = analyse(runs, { title: "x", folderOf: () => "." });
    const rows = crossRows(systems, runs);
    const loads = new Set(rows.map(({ load }) => load));
    assert.equal(rows.length, loads.size * 6);
    const cellOf = (metric: string) => rows.find((row) => row.metric === metric)?.cells[0];
    const tokens = cellOf("outputTokensPerSecond");
    assert.ok(tokens?.ours.value && tokens.own && Math.abs(tokens.own / tokens.ours.value - 1) < 0.2);
    // 6 requests: too few for a percentile of ours, while guidellm gives one all the same.
    assert.deepEqual([cellOf("tpotMs")?.ours.value, cellOf("tpotMs")?.own?.toFixed(2)], [null, "5.05"]);
    const itl = cellOf("itlMs");
    assert.deepEqual([itl?.ours.value, itl?.own], [null, null], "guidellm keeps no gaps");
    const table = crossCheckTable(systems, runs);
    assert.match(table, /^concurrency +metric +guidellm\n/);
    assert.match(table, /ITL p50 ms +-\n/);
  });

  it("shows no number of a harness's own for several repetitions", async () => {
    const once = await runOf("guidellm", "guidellm/concurrent");
    const runs = [once, { ...once, runId: "guidellm-00000000-r2", repetition: 2 }];
    const { systems } = analyse(runs, { title: "x", folderOf: () => "." });
    assert.ok(crossRows(systems, runs).every(({ cells }) => cells.every(({ own }) => own === null)));
    const table = crossCheckTable(systems, runs);
    assert.match(table, /more than once no number of its own is shown/);
    assert.doesNotMatch(table, /No harness's own number differs/);
  });

  it("explains by definition, and says where none is known", () => {
    const cell = (harness: string, ours: number, own: number | null) => ({ harness, ours: { value: ours }, own });
    const said = explanations([
      {
        load: 1,
        metric: "outputTokensPerSecond",
        cells: [cell("vllm-benchmark", 100, 90), cell("llmbench", 100, null)],
      },
      { load: 4, metric: "outputTokensPerSecond", cells: [cell("vllm-benchmark", 100, 80)] },
      { load: 1, metric: "ttftMs", cells: [cell("guidellm", 20, 21), cell("aiperf", 20, 20.1)] },
    ]);
    assert.equal(said.length, 2);
    assert.match(
      said[0] ?? "",
      /^vllm-benchmark: its own output tok\/s is off by up to 20 %: over the whole run, tail/,
    );
    assert.match(
      said[1] ?? "",
      /^guidellm: its own TTFT p50 ms is off by up to 5 %; no difference of definition is known/,
    );
  });

  it("defines numbers of those harnesses only that tell some", async () => {
    const telling = new Set<string>();
    for (const fixture of fixtures().filter(({ harness }) => !telling.has(harness))) {
      const { stages } = await importFixture(fixture);
      if (stages.some(({ reported }) => reported !== null)) telling.add(fixture.harness);
    }
    assert.deepEqual(
      Object.keys(definitionsByHarness).filter((harness) => !telling.has(harness)),
      [],
    );
  });

  it("says so where nothing was left", () =>
    assert.equal(crossCheckTable([], []), "No harness left anything to compare."));
});
