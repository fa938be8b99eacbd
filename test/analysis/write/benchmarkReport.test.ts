import assert from "node:assert/strict";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { load } from "js-yaml";
import type { Run } from "../../../analysis/run.ts";
import { benchmarkReports } from "../../../analysis/write/benchmarkReport.ts";
import {
  benchmarkReportFiles,
  reportYaml,
  writeBenchmarkReports,
} from "../../../analysis/write/benchmarkReportFiles.ts";
import type { InferenceEngine, ReportDocument } from "../../../analysis/write/reportDocument.ts";
import { uuid5 } from "../../../analysis/write/uuid5.ts";
import { judge, noReferee, referee } from "../../referee/referee.ts";
import { closedLoopRun } from "../fakeEngine.ts";
import { temporaryFolder } from "../nativeFolder.ts";
import { reportedMetrics, reportedRun } from "../reportedRun.ts";
import { imported } from "../systems.ts";
import { fixtures, importFixture } from "./harnessFixtures.ts";

const gpu = { name: "h100-80", labels: { gke: null, gfd: "NVIDIA-H100-80GB-HBM3" } };
const engine = { image: "docker.io/vllm/vllm-openai:v0.26.0", tensorParallel: 2, replicas: 3, maxModelLen: 16384 };
const model = { name: "meta-llama/Llama-3.1-8B-Instruct" };
const standalone = { name: "engine", method: "standalone", gpuCount: 2, gpu, engine, model };
const withScenario = (run: Run, target: object, more: object = {}): Run => ({
  ...run,
  provenance: { ...run.provenance, scenario: { targets: [target], ...more } },
});

const ours = () => imported(closedLoopRun({ seed: 3, concurrencies: [1, 4], windowMs: 1000 }));
const documents = (run: Run): ReportDocument[] => benchmarkReports(run).map(({ document }) => document);
const failed = (run: Run): Run => ({
  ...{ ...run, status: "failed", reason: "the pod was killed", requests: null, stages: [], plan: null },
});

describe("a Benchmark Report of a run", () => {
  it("is one per stage, with ids that do not change when it is written again", async () => {
    const run = { ...(await ours()), runId: "engine-0badcafe-r1" };
    const [first, second] = benchmarkReports(run);
    assert.deepEqual(
      [first!.name, second!.name, first!.document.scenario?.load?.standardized.stage],
      ["stage_0_concurrency-1", "stage_1_concurrency-4", 0],
    );
    assert.deepEqual(benchmarkReports(run), [first, second]);
    assert.notEqual(first!.document.run.uid, second!.document.run.uid);
    assert.equal(first!.document.run.eid, second!.document.run.eid);
    const [again] = benchmarkReports({ ...run, runId: "engine-0badcafe-r2-a3", repetition: 2 });
    assert.equal(again!.document.run.eid, first!.document.run.eid);
    assert.notEqual(again!.document.run.uid, first!.document.run.uid);
    assert.equal(again!.document.scenario!.load!.metadata.cfg_id, first!.document.scenario!.load!.metadata.cfg_id);
    // As Python's uuid.uuid5(uuid.NAMESPACE_DNS, "python.org").
    assert.equal(uuid5("dns", "python.org"), "886313e1-3b8a-5372-9b90-0c9aee199e5d");
  });

  it("tells the stage's own time", async () => {
    const { time } = documents(await ours())[1]!.run;
    assert.deepEqual(time, {
      ...{ start: "2026-11-22T06:00:01.000Z", end: "2026-11-22T06:00:02.000Z", duration: "PT1S" },
    });
    assert.deepEqual(documents({ ...(await ours()), startedAt: "unknown" })[0]!.run.time, { duration: "PT1S" });
  });

  it("tells no moment where the harness keeps no wall clock, only how long it took", () => {
    const run = reportedRun({ harnessClock: false });
    assert.deepEqual(
      documents(run).map((document) => document.run.time),
      [{ duration: "PT10S" }, { duration: "PT10S" }],
    );
    assert.equal(documents({ ...run, stages: [], durationSeconds: 0 })[0]!.run.time, undefined);
  });

  it("names the engine as the scenario and the cluster record it", async () => {
    const run = { ...withScenario(await ours(), standalone, { cluster: { namespace: "bench" } }), simulated: false };
    const machine = { cluster: "kind-a", gpu: "NVIDIA-H100-PCIe", engineImage: "vllm/vllm-openai@sha256:77" };
    const [asked] = documents(run);
    assert.deepEqual(asked!.scenario!.stack![0]!.standardized, {
      ...{ kind: "inference_engine", tool: "vllm", tool_version: engine.image, role: "replica", replicas: 3, model },
      accelerator: { model: "NVIDIA-H100-80GB-HBM3", count: 2, parallelism: { tp: 2 } },
    });
    const [told] = documents({ ...run, provenance: { ...run.provenance, machine } });
    const standardized = told!.scenario!.stack![0]!.standardized as InferenceEngine;
    assert.deepEqual(
      [standardized.accelerator.model, standardized.tool_version],
      ["NVIDIA-H100-PCIe", "vllm/vllm-openai@sha256:77"],
    );
    assert.deepEqual([told!.run.cid, told!.run.user], [uuid5("dns", "kind-a"), "namespace=bench"]);
    assert.equal(asked!.run.cid, undefined);
  });

  it("names each role of an llm-d, with the GPUs of one of its replicas", async () => {
    const role = { replicas: 1, tensorParallel: 1, dataParallel: 16, nodes: 2, gpusPerPod: 8 };
    const llmd = { decode: role, prefill: { ...role, replicas: 4, dataParallel: 1, nodes: 1, gpusPerPod: 1 } };
    const target = { ...standalone, method: "llm-d", gpuCount: 16, llmd };
    const [both] = documents({ ...withScenario(await ours(), target), simulated: false });
    const told = both!.scenario!.stack!.map(({ metadata, standardized }) => {
      const { role, replicas, accelerator } = standardized as InferenceEngine;
      return [metadata.label, role, replicas, accelerator.count, accelerator.parallelism];
    });
    assert.deepEqual(told, [
      ["engine-decode", "decode", 1, 16, { tp: 1, dp: 16, dp_local: 8, workers: 2 }],
      ["engine-prefill", "prefill", 4, 1, { tp: 1, dp: 1, dp_local: 1, workers: 1 }],
    ]);
    assert.equal(both!.results.observability, undefined, "a cache that two roles share is no component's");
    const alone = { ...target, llmd: { ...llmd, prefill: null } };
    const [one] = documents({ ...withScenario(await ours(), alone), simulated: false });
    assert.equal((one!.scenario!.stack![0]!.standardized as InferenceEngine).role, "replica");
    assert.equal(one!.scenario!.stack![0]!.metadata.label, "engine");
    if (referee !== undefined)
      assert.deepEqual(judge([both!, one!].map((document) => reportYaml(document))), [null, null]);
  });

  it("says SIMULATED in tool, accelerator and descriptions", async () => {
    const [document] = documents(withScenario(await ours(), { ...standalone, method: "simulated", simulator: {} }));
    const [component] = document!.scenario!.stack!;
    const { tool, accelerator } = component!.standardized as InferenceEngine;
    assert.deepEqual([tool, accelerator.model], ["llm-bench-simulator", "SIMULATED NVIDIA-H100-80GB-HBM3"]);
    assert.match(component!.metadata.description!, /^SIMULATED: /);
    assert.match(document!.run.description, /^SIMULATED: /);
    assert.ok(document!.run.keywords.includes("simulated"));
    const real = JSON.stringify(documents({ ...(await ours()), simulated: false }));
    assert.doesNotMatch(real, /simulat/i);
  });

  it("calls an engine that others deployed generic, with no accelerator that nobody declared", async () => {
    const existing = { name: "engine", method: "existing", servedModel: "m", url: "http://10.0.0.7", gpu: null };
    const [document] = documents({ ...withScenario(await ours(), existing), simulated: false });
    assert.deepEqual(document!.scenario!.stack![0]!.standardized, {
      ...{ kind: "generic", tool: "unknown", tool_version: "unknown", model: { name: "m" } },
    });
    assert.doesNotMatch(JSON.stringify(document), /10\.0\.0\.7|127\.0\.0\.1/);
  });

  it("leaves out what is not known, and every statistic without a mean", () => {
    const [document] = documents(reportedRun());
    assert.deepEqual(document!.results.request_performance!.aggregate, {
      requests: {
        ...{ total: 20, failures: 0, incomplete: 0 },
        input_length: { units: "count", mean: 128 },
        output_length: { units: "count", mean: 32 },
      },
      latency: {
        time_to_first_token: { units: "ms", mean: 41, p50: 40, p99: 60 },
        time_per_output_token: { units: "ms/token", mean: 11, p50: 10, p99: 14 },
        inter_token_latency: { units: "ms/token", mean: 11, p50: 10 },
        request_latency: { units: "ms", mean: 400, p50: 380, p99: 600 },
      },
      throughput: {
        output_token_rate: { units: "tokens/s", mean: 64 },
        request_rate: { units: "queries/s", mean: 2 },
      },
    });
    assert.match(document!.run.description, /statistics as othertool computed them; othertool's ITL counts <chunks>/);
  });

  it("keeps to what the analysis allows: no percentile below its sample floor", async () => {
    const requests = documents(await ours()).map(({ results }) => results.request_performance!.aggregate);
    for (const { requests: counts, latency } of requests) {
      assert.equal("p99" in latency!.time_to_first_token!, counts!.total >= 662);
      assert.equal("p95" in latency!.time_to_first_token!, counts!.total >= 130);
    }
  });

  it("of a failed run holds its reason and no results", async () => {
    const [report, ...more] = benchmarkReports(failed(await ours()));
    assert.equal(more.length, 0);
    assert.equal(report!.name, "run");
    assert.deepEqual(report!.document.results, {});
    assert.match(report!.document.run.description, /failed: the pod was killed; no stage ran/);
  });

  it("of a stage that did not run, or whose load cannot be told, says so", () => {
    const unknown = reportedMetrics({ inputTokens: { ...reportedMetrics().ntpotMs } });
    const [absent, unlengthy] = documents(reportedRun({}, [null, unknown]));
    assert.deepEqual(absent!.results, {});
    assert.equal(absent!.run.time, undefined);
    assert.match(absent!.run.description, /the stage did not run/);
    assert.equal(unlengthy!.scenario, undefined);
    assert.match(unlengthy!.run.description, /its load \(by othertool 1\.2\.3\) has no known input length/);
  });

  it("is written into analysis/data, without the reports of stages that are gone", async () => {
    const folder = await temporaryFolder();
    try {
      const data = join(folder.path, "analysis", "data");
      await mkdir(data, { recursive: true });
      for (const name of ["benchmark_report_v0.2.1,_stage_7_old.yaml", "stats.json"])
        await writeFile(join(data, name), "x");
      await writeBenchmarkReports([reportedRun()], folder.path);
      const names = ["benchmark_report_v0.2.1,_stage_0_concurrency-1.yaml"];
      names.push("benchmark_report_v0.2.1,_stage_1_concurrency-2.yaml", "stats.json");
      assert.deepEqual((await readdir(data)).sort(), names);
      const several = benchmarkReportFiles([reportedRun(), reportedRun({ repetition: 2 })]).map(({ name }) => name);
      assert.equal(several[2], "benchmark_report_v0.2.1,_engine-0badcafe-r2,_stage_0_concurrency-1.yaml");
      assert.equal(new Set(several).size, 4);
    } finally {
      await folder.remove();
    }
  });

  it("never has a path in its name", () => {
    const [stage] = reportedRun().stages;
    const run = reportedRun({
      stages: [{ ...stage!, plan: { ...stage!.plan, name: "../../etc/passwd\n$(rm) 5 req/s" } }],
    });
    assert.equal(benchmarkReports(run)[0]!.name, "stage_0_..-..-etc-passwd-rm-5-req-s");
  });
});

describe("the referee of Benchmark Reports", function () {
  this.timeout(60_000);
  before(function () {
    if (referee !== undefined) return;
    console.log(`      ${noReferee}`);
    this.skip();
  });

  function accepts(runs: readonly Run[]): void {
    const files = runs.flatMap((run) => benchmarkReportFiles([run]));
    const verdicts = judge(files.map(({ text }) => text));
    for (const [i, { name, text }] of files.entries())
      assert.equal(verdicts[i], null, `${name}: ${verdicts[i]}\n${text}`);
  }

  it("refuses what is none, so that its word means something", () => {
    const [{ text } = { text: "" }] = benchmarkReportFiles([reportedRun()]);
    const wrong = [
      text.replace("units: ms\n", "units: s/token\n"),
      text.replace("p99: 60", "p98: 60"),
      text.replace("uid:", "uidd:"),
      text.replace(/version: .*\n/, 'version: "0.3"\n'),
    ];
    assert.ok(wrong.every((changed) => changed !== text));
    const [units, dropped, ...others] = judge(wrong);
    assert.match(units!, /Invalid units/);
    assert.match(dropped!, /dropped: .*p98/);
    assert.ok(others.every((verdict) => verdict !== null));
  });

  it("accepts our own runs: simulated, real, cut short, failed, not streamed, in an open loop", async () => {
    const run = await ours();
    const fake = closedLoopRun({ seed: 5, concurrencies: [8], windowMs: 1000 });
    const broken = fake.requests.map((request, i) =>
      i % 3 === 0 ? { ...request, outcome: "http5xx" as const, status: 500, message: "500: <b>" } : request,
    );
    const none = fake.requests.map((request) => ({ ...request, outcome: "timeout" as const }));
    const plain = fake.requests.map((request) => ({ ...request, streamed: false, promptTokens: -1 }));
    const poisson = { loads: [{ type: "poisson", requestsPerSecond: 12.5 } as const] };
    accepts([
      run,
      withScenario(run, { ...standalone, method: "simulated" }),
      { ...withScenario(run, standalone), simulated: false },
      withScenario(run, { name: "engine", method: "existing", servedModel: "m" }),
      withScenario(run, { name: "engine" }),
      failed(run),
      { ...failed(run), startedAt: "unknown" },
      ...(await Promise.all([broken, none, plain].map((requests) => imported({ ...fake, requests })))),
      await imported({ ...fake, ...poisson }),
    ]);
  });

  it("accepts runs of which only summaries are left", () => {
    accepts([
      reportedRun(),
      reportedRun({ harnessVersion: null, durationSeconds: 0 }),
      reportedRun({ harnessClock: false }),
      reportedRun({}, [null, reportedMetrics({ windowSeconds: null }, 20)]),
      withScenario(reportedRun(), standalone, { workload: { profile: "p", overrides: { "a.b": 1 } } }),
    ]);
  });

  it("reads in our YAML what was written, whatever a name may be", () => {
    const names = fc.array(fc.string({ unit: "binary", maxLength: 12 }), { minLength: 1, maxLength: 8 });
    const odd = [
      "=",
      "<<",
      "yes",
      "012",
      "0x1f",
      "1:30",
      "1e3",
      "1_000",
      "~",
      ".inf",
      "2026-01-01",
      "- a",
      "#",
      "\u0085",
    ];
    const samples = [...fc.sample(names, { numRuns: 60, seed: 7 }), odd];
    const [template] = benchmarkReports(reportedRun());
    const texts = samples.map((keywords) => {
      const { run } = template!.document;
      const description = keywords.join("");
      return reportYaml({ ...template!.document, run: { ...run, description, keywords } });
    });
    const verdicts = judge(texts);
    for (const [i, text] of texts.entries()) {
      assert.deepEqual((load(text) as ReportDocument).run.keywords, samples[i]);
      assert.equal(verdicts[i], null, `${JSON.stringify(samples[i])}: ${verdicts[i]}`);
    }
  });

  const all = fixtures();
  it("is asked about the files of at least two harnesses", () =>
    assert.ok(new Set(all.map(({ harness }) => harness)).size >= 2, "test/data/<harness>/"));
  it(`accepts what is made of ${all.map(({ harness, name }) => `${harness} ${name}`).join(", ")}`, async () => {
    const runs: Run[] = [];
    for (const fixture of all) runs.push(await importFixture(fixture));
    accepts(runs);
    assert.ok(runs.some(({ stages }) => stages.length > 1));
  });
});
