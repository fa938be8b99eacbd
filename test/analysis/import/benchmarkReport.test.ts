import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { dump } from "js-yaml";
import type { StageMetrics } from "../../../analysis/analysis.ts";
import { importBenchmarkReport } from "../../../analysis/import/benchmarkReport/benchmarkReport.ts";
import { ImportError } from "../../../analysis/import/importError.ts";
import type { NativeResults } from "../../../analysis/import/nativeResults.ts";
import { benchmarkReports } from "../../../analysis/write/benchmarkReport.ts";
import { reportYaml, writeBenchmarkReports } from "../../../analysis/write/benchmarkReportFiles.ts";
import { judge, noReferee, referee } from "../../referee/referee.ts";
import { closedLoopRun } from "../fakeEngine.ts";
import { temporaryFolder } from "../nativeFolder.ts";
import { reportedMetrics, reportedRun } from "../reportedRun.ts";
import { imported } from "../systems.ts";
import { checkResults, filesOf, importDamaged } from "./damage.ts";

const fixtures = join(import.meta.dirname, "..", "..", "data", "benchmark-report");
const read = (name: string) => importBenchmarkReport(join(fixtures, name));
const first = ({ stages }: NativeResults): StageMetrics => stages[0]!.reported!;

async function reading(files: Readonly<Record<string, string>>): Promise<NativeResults> {
  const folder = await temporaryFolder();
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder.path, name), text);
    return await importBenchmarkReport(folder.path);
  } finally {
    await folder.remove();
  }
}

const report = (change: object = {}, aggregate: object = {}) => ({
  version: "0.2.1",
  run: { uid: "u", time: { start: "2026-01-10T09:00:00Z", duration: "PT1M30S" } },
  scenario: { load: { standardized: { tool: "inference-perf", tool_version: "0.6.1", stage: 0, rate_qps: 2.5 } } },
  results: {
    request_performance: { aggregate: { requests: { total: 20, failures: 2, incomplete: 1 }, ...aggregate } },
  },
  ...change,
});

describe("a Benchmark Report that is read", () => {
  it("is what the converter of llm-d-benchmark made of vLLM's files, 0.1 and 0.2.1", async () => {
    for (const name of ["v0.1", "v0.2"]) {
      const results = await read(name);
      checkResults(results, name);
      assert.deepEqual(
        results.stages.map(({ plan, reported }) => [plan.load, reported!.sent]),
        [
          [{ type: "concurrency", concurrency: 1 }, 8],
          [{ type: "concurrency", concurrency: 4 }, 16],
        ],
      );
      // As load-0.json says: median_ttft_ms and output_throughput.
      assert.equal(first(results).ttftMs.p50.value, 17.152328500742442);
      assert.equal(first(results).outputTokensPerSecond.value, 467.37881164693886);
      assert.equal(first(results).ttftMs.max.value, null);
      assert.equal(first(results).inputTokensPerSecond.value, null);
      assert.equal(first(results).cachedShare.value, null);
    }
    assert.equal(first(await read("v0.2")).failureRate.value, 0);
    const old = first(await read("v0.1"));
    assert.match((old.failureRate as { reason: string }).reason, /does not say how many requests failed/);
    assert.equal(old.ttftMs.n, null);
  });

  it("has no zero for what the converter filled in: a run of which every request failed", async () => {
    const { stages, remarks } = await read("v0.2-all-failed");
    const { reported, plan } = stages[0]!;
    assert.deepEqual([reported!.sent, reported!.outcomes.ok, reported!.failureRate.value], [4, 0, 1]);
    for (const value of [reported!.ttftMs.mean, reported!.e2eMs.p50, reported!.requestsPerSecond])
      assert.deepEqual(value, { value: null, reason: "no successful request" });
    assert.equal(plan.name, "all at once");
    assert.ok(remarks.some((text) => text.includes("no causes of failures")));
  });

  it("is converted by its units", async () => {
    const seconds = { units: "s", mean: 0.5, p50: 0.25, p99: 2 };
    const latency = { time_to_first_token: seconds, inter_token_latency: { ...seconds, units: "s/token" } };
    const throughput = { output_token_rate: { units: "tokens/s", mean: 99 } };
    const { ttftMs, itlMs, outputTokensPerSecond, windowSeconds, failureRate } = first(
      await reading({ "a.json": JSON.stringify(report({}, { latency, throughput })) }),
    );
    assert.deepEqual([ttftMs.mean.value, ttftMs.p50.value, ttftMs.p99.value, ttftMs.p95.value], [500, 250, 2000, null]);
    assert.deepEqual([itlMs.mean.value, itlMs.n, ttftMs.n], [500, null, 17]);
    assert.deepEqual([outputTokensPerSecond.value, windowSeconds], [99, 90]);
    assert.equal(failureRate.value, 2 / 19);
  });

  it("loses a value of unknown units, and says so", async () => {
    const latency = {
      time_to_first_token: { units: "minutes", mean: 1 },
      request_latency: { units: "tokens/s", mean: 2 },
    };
    const results = await reading({ "a.yaml": dump(report({}, { latency })) });
    assert.equal(first(results).ttftMs.mean.value, null);
    assert.equal(first(results).e2eMs.mean.value, null);
    assert.deepEqual(results.problems, [
      'a.yaml: time_to_first_token: its units are "minutes", allowed: ms, s',
      'a.yaml: request_latency: its units are "tokens/s", allowed: ms, s',
    ]);
  });

  it("is the newer one of two versions of the same, and nothing else in the folder", async () => {
    const name = "stage_3_lifecycle_metrics.json.yaml";
    const results = await reading({
      [`benchmark_report,_${name}`]: dump({ version: "0.1", metrics: {} }),
      [`benchmark_report_v0.2,_${name}`]: dump(report()),
      [`benchmark_report_v0.2,_${name.replace("3", "10")}`]: dump(
        report({ scenario: { load: { standardized: { stage: 10, concurrency: 4 } } } }),
      ),
      "config.yaml": "a: 1",
      "other.yaml": "version: 9\nresults: {}",
    });
    assert.deepEqual(
      results.stages.map(({ plan }) => plan.name),
      ["2.5/s, arrivals not recorded", "concurrency 4"],
    );
    assert.deepEqual([results.startedAt, results.durationSeconds], ["2026-01-10T09:00:00.000Z", 90]);
    assert.equal(results.harnessVersion, "0.6.1");
  });

  it("of nop has no numbers: its zeros are placeholders", async () => {
    const zero = { units: "ms", mean: 0 };
    const count = { units: "count", mean: 0 };
    const metrics = {
      time: { duration: 81, start: 1749570583.5 },
      requests: { total: 0, failures: 0, input_length: count, output_length: count },
      latency: { time_to_first_token: zero },
      throughput: { total_tokens_per_sec: 0 },
    };
    const scenario = { model: { name: "m" }, load: { name: "nop" } };
    const { stages, remarks } = await reading({ "r.yaml": dump({ version: "0.1", scenario, metrics }) });
    assert.equal(stages[0]!.reported, null);
    assert.ok(remarks.some((text) => text.startsWith("nop sends no requests")));
  });

  it("is refused with file, problem and next step", async () => {
    const refusals: [string, string, RegExp][] = [
      ["a.yaml", dump(report({ version: "0.3" })), /a\.yaml: version "0\.3"; allowed: 0\.1, 0\.2, 0\.2\.1/],
      ["a.yaml", dump({ results: {} }), /holds no Benchmark Report; /],
      ["benchmark_report_v0.2,_x.yaml", "a: [", /x\.yaml: is neither YAML nor JSON .*; copy it again/],
      ["benchmark_report_v0.2,_x.yaml", "7", /does not hold a Benchmark Report; /],
      ["a.json", JSON.stringify(report({}, { requests: { total: 3, failures: 5 } })), /of 3 requests 5 failed/],
      ["a.json", JSON.stringify(report({}, { requests: { failures: 0 } })), /has no requests\.total/],
      ["a.txt", "", /holds no Benchmark Report/],
    ];
    for (const [name, text, message] of refusals)
      await assert.rejects(
        reading({ [name]: text }),
        (error) => error instanceof ImportError && message.test(error.message),
      );
    await assert.rejects(importBenchmarkReport(join(fixtures, "nowhere")), /cannot be read \(ENOENT\)/);
  });

  it("without a count of failures gives a report without one", async () => {
    const results = await reading({ "a.json": JSON.stringify(report({}, { requests: { total: 20 } })) });
    const run = { ...reportedRun({ harness: "benchmark-report" }), ...results, startedAt: "unknown" };
    const [{ document } = { document: null }] = benchmarkReports(run);
    assert.deepEqual(document!.results.request_performance!.aggregate.requests, { total: 20 });
    assert.match(document!.run.description, /does not say how many requests failed/);
    if (referee !== undefined) assert.deepEqual(judge([reportYaml(document!)]), [null]);
  });

  it("is not mixed with those of another run", async () => {
    const change = (run: object, stage: number, stack: unknown = undefined) =>
      JSON.stringify(report({ run, scenario: { load: { standardized: { stage, concurrency: 4 } }, stack } }));
    const engine = (name: string) => [{ standardized: { kind: "generic", model: { name } }, native: { at: name } }];
    const refused = (a: string, b: string, message: RegExp) =>
      assert.rejects(reading({ "a.json": a, "b.json": b }), (error) => {
        assert.ok(error instanceof ImportError);
        assert.match(error.message, message);
        return true;
      });
    await refused(
      change({ eid: "x" }, 0),
      change({ eid: "y" }, 1),
      /b\.json: is of another run than a\.json: their run\.eid/,
    );
    await refused(change({}, 0, engine("m")), change({}, 1, engine("n")), /their scenario\.stack differ; import the/);
    await refused(
      change({ uid: "1" }, 0),
      change({ uid: "2" }, 0),
      /the same stage \(0, concurrency 4\) as a\.json; import/,
    );
    const both = { "a.json": change({ eid: "x" }, 0, engine("m")), "b.json": change({}, 1) };
    assert.equal((await reading(both)).stages.length, 2, "what is not told is no proof");
  });

  it("of two repetitions of ours is of two runs", async () => {
    const folder = await temporaryFolder();
    try {
      await writeBenchmarkReports([reportedRun(), reportedRun({ repetition: 2 })], folder.path);
      const data = join(folder.path, "analysis", "data");
      await assert.rejects(importBenchmarkReport(data), /r2.*is of the same stage \(0, concurrency 1\)/);
    } finally {
      await folder.remove();
    }
  });

  it("keeps the good ones where others are damaged", async () => {
    const results = await reading({
      "benchmark_report_v0.2,_a.yaml": dump(report()),
      "benchmark_report_v0.2,_b.yaml": dump(report()).slice(0, 100).concat("\n\t: ["),
    });
    assert.equal(results.stages.length, 1);
    assert.match(results.problems[0]!, /b\.yaml: is neither YAML nor JSON/);
  });

  it("gives the numbers back that we wrote", async () => {
    const folder = await temporaryFolder();
    try {
      const run = reportedRun({ simulated: true }, [reportedMetrics({}, 3), reportedMetrics()]);
      await writeBenchmarkReports([run], folder.path);
      const results = await importBenchmarkReport(join(folder.path, "analysis", "data"));
      assert.equal(results.simulated, true);
      assert.deepEqual([results.startedAt, results.durationSeconds], [run.startedAt, 20]);
      for (const [i, { plan, reported, summary }] of results.stages.entries()) {
        const wrote = run.stages[i]!;
        assert.deepEqual(
          [plan.load, summary.startMs, summary.endMs],
          [...[wrote.plan.load, wrote.summary.startMs, wrote.summary.endMs]],
        );
        assert.equal(reported!.failureRate.value, wrote.reported!.failureRate.value);
        for (const key of ["ttftMs", "tpotMs", "itlMs", "e2eMs", "inputTokens", "outputTokens"] as const)
          for (const at of ["mean", "p50", "p95", "p99"] as const)
            assert.equal(reported![key][at].value, wrote.reported![key][at].value, `${key} ${at}`);
      }
    } finally {
      await folder.remove();
    }
  });

  it("never crashes and never makes up a 0: 1,000 damaged folders", async function () {
    this.timeout(240_000);
    const ours = await temporaryFolder();
    try {
      const run = await imported(closedLoopRun({ seed: 3, concurrencies: [1, 4], windowMs: 500 }));
      const [yaml] = await writeBenchmarkReports([run], ours.path);
      assert.ok(existsSync(join(ours.path, yaml!)));
      await writeFile(join(ours.path, "analysis/data/benchmark_report_v0.2.1,_json.json"), JSON.stringify(report()));
      const tally = { read: 0, refused: 0 };
      const folders = [join(fixtures, "v0.1"), join(fixtures, "v0.2-faults"), join(ours.path, "analysis", "data")];
      for (const [i, folder] of folders.entries()) {
        const { read, refused } = await importDamaged(importBenchmarkReport, await filesOf(folder), 334, 1 + 334 * i);
        tally.read += read;
        tally.refused += refused;
      }
      assert.equal(tally.read + tally.refused, 1002);
      assert.ok(tally.read > 100 && tally.refused > 10, JSON.stringify(tally));
    } finally {
      await ours.remove();
    }
  });

  it("is also the published examples of 0.1 and 0.2.1, and what the converter makes of real files", async function () {
    this.timeout(240_000);
    const data = process.env.LLMBENCH_TEST_DATA;
    if (referee === undefined) {
      console.log(`      ${noReferee}`);
      return this.skip();
    }
    const code = "import llmd_benchmark_report as r; print(r.__path__[0])";
    const examples = execFileSync(referee, ["-c", code], { encoding: "utf8" }).trim();
    const folder = await temporaryFolder();
    try {
      cpSync(join(examples, "br_v0_1_example.yaml"), join(folder.path, "old.yaml"));
      cpSync(join(examples, "br_v0_2_example.yaml"), join(folder.path, "new.yaml"));
      const results = await importBenchmarkReport(folder.path);
      assert.deepEqual(
        results.stages.map(({ reported }) => [reported!.sent, reported!.outcomes.cancelled]),
        [
          [32, 1],
          [500, 0],
        ],
      );
    } finally {
      await folder.remove();
    }
    if (data === undefined) return;
    const converted = await temporaryFolder();
    try {
      const out = join(converted.path, "benchmark_report_v0.2,_stage_1.yaml");
      const stage = join(data, "inference-perf", "batch-size", "stage_1_lifecycle_metrics.json");
      const tool = join(dirname(referee), "benchmark-report");
      execFileSync(tool, ["-b", "0.2", "-w", "inference-perf", stage, out], { stdio: "ignore" });
      const { reported, plan } = (await importBenchmarkReport(converted.path)).stages[0]!;
      assert.deepEqual(plan.load, { type: "constant", requestsPerSecond: 37.97 });
      assert.ok(Math.abs(reported!.ttftMs.mean.value! - 31.294) < 0.001);
    } finally {
      await converted.remove();
    }
  });
});
