import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { namedRuns } from "../../run/namedRuns.ts";
import { plannedRuns } from "../../run/plannedRun.ts";
import { scenarioOfStack } from "../../run/stackFiles.ts";

describe("the runs that a word of the command line means", () => {
  let root: string;
  const saved = process.env.LLMBENCH_RESULTS;
  before(() => {
    root = mkdtempSync(join(tmpdir(), "llmbench-named-"));
    process.env.LLMBENCH_RESULTS = root;
  });
  after(() => {
    rmSync(root, { recursive: true });
    if (saved === undefined) delete process.env.LLMBENCH_RESULTS;
    else process.env.LLMBENCH_RESULTS = saved;
  });

  function run(path: string, told: Record<string, unknown> = {}): string {
    const folder = join(root, path);
    mkdirSync(folder, { recursive: true });
    const runId = basename(path).replace(/-a\d+$/, "");
    const manifest = {
      ...{ runId, target: runId.split("-")[0], harness: "llmbench", attempt: 1 },
      ...{ repetition: Number(runId.at(-1)), startedAt: "2026-11-22T08:00:00.000Z", provenance: { machine: {} } },
      ...told,
    };
    writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifest));
    return folder;
  }
  const names = (what: string) => namedRuns(what).map(({ path }) => basename(path));

  it("a run folder is one run, and one with raw files but no manifest too", () => {
    const folder = run("one/a-11111111-r1");
    assert.deepEqual(names(folder), ["a-11111111-r1"]);
    const raw = join(root, "raw");
    mkdirSync(join(raw, "results"), { recursive: true });
    writeFileSync(join(raw, "results", "requests.bin"), "");
    assert.deepEqual(names(raw), ["raw"]);
  });

  it("a comparison is what its list says", () => {
    run("two/a-11111111-r1");
    run("two/b-22222222-r1");
    const compare = join(root, "two", "compare-0");
    mkdirSync(compare);
    writeFileSync(join(compare, "runs.json"), JSON.stringify(["../b-22222222-r1", "../a-11111111-r1"]));
    assert.deepEqual(names(compare), ["b-22222222-r1", "a-11111111-r1"]);
  });

  it("of a folder of runs, those of each target's newest scenario, and of each the last attempt", () => {
    run("three/a-00000000-r1", { startedAt: "2026-11-01T00:00:00.000Z" });
    run("three/a-11111111-r1", { status: "failed" });
    run("three/a-11111111-r1-a2", { attempt: 2 });
    run("three/a-11111111-r2", { startedAt: "2026-11-22T09:00:00.000Z" });
    run("three/b-22222222-r1", { startedAt: "2026-11-20T00:00:00.000Z" });
    mkdirSync(join(root, "three", "compare-0"));
    const expected = ["b-22222222-r1", "a-11111111-r1-a2", "a-11111111-r2"];
    assert.deepEqual(names(join(root, "three")), expected);
    assert.deepEqual(names("three"), expected, "by its name below results/");
  });

  it("imported runs that tell no clock are as new as their import", () => {
    const provenance = (day: number) => ({ machine: { importedAt: `2026-11-${day}T00:00:00.000Z` } });
    run("imported/x-aaaaaaaa-r1", { startedAt: "unknown", provenance: provenance(21) });
    run("imported/x-bbbbbbbb-r1", { startedAt: "unknown", provenance: provenance(20) });
    assert.deepEqual(names("imported"), ["x-aaaaaaaa-r1"]);
  });

  it("a stack is the runs of its present scenario; with older ones only it says where they are", () => {
    assert.throws(() => namedRuns("local"), /no results of its present scenario; \.\/bench up local makes them$/);
    run("local/llama-00000000-r1");
    assert.throws(() => namedRuns("local"), /makes them, and .*local names those of an earlier one$/);
    const [planned] = plannedRuns(scenarioOfStack("local", "warn"));
    run(`local/${planned!.runId}`);
    assert.deepEqual(names("local"), [planned!.runId]);
  });

  it("anything else is an error that names what is near", () => {
    assert.throws(
      () => namedRuns("engine"),
      /"engine" is neither a stack nor a folder with results\. Did you mean "engines"\?/,
    );
    mkdirSync(join(root, "empty"));
    assert.throws(() => namedRuns(join(root, "empty")), /holds no run: .* name one below results\/$/);
  });
});
