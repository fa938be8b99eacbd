import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { importRun } from "../../analysis/import/importRun.ts";
import type { RequestColumns } from "../../analysis/run.ts";
import { Checkout } from "./checkout.ts";

const quick = {
  platform: "local",
  gpu: "h100-80",
  model: "llama-8b",
  method: "simulated",
  workload: "local",
  workloadOverrides: { "stages.concurrency": [1, 4], "stages.seconds": 1.5 },
};

function mostInFlight(requests: RequestColumns, stage: number): number {
  const changes = Array.from(requests.sentMs, (sentMs, row) => [
    { atMs: sentMs, by: 1 },
    { atMs: requests.endMs[row]!, by: -1 },
  ]).filter((_, row) => requests.stage[row] === stage);
  // An end before a beginning at the same moment: the next request leaves when one has ended.
  const inOrder = changes.flat().sort((a, b) => a.atMs - b.atMs || a.by - b.by);
  let inFlight = 0;
  return Math.max(...inOrder.map(({ by }) => (inFlight += by)));
}

describe("the life of a stack on platform local, through the real engine", () => {
  const checkout = new Checkout();
  let firstRun: string;
  before(() => checkout.stack("quick", quick));
  after(() => checkout.remove());

  it("preview checks, plans and starts nothing", async () => {
    const { code, stdout, stderr } = await checkout.bench("preview", "quick");
    assert.equal(code, 0, stderr);
    assert.match(stdout, /local_h100-80_simulated_llama-8b/);
    assert.match(stdout, /fits: 15\.\d GiB of weights/);
    assert.match(stdout, /llama-8b-[0-9a-f]{8}-r1: would run/);
    assert.equal(checkout.runs("quick").size, 0);
  });

  it("up runs, collects and reports, and says SIMULATED", async () => {
    const { code, stdout, stderr } = await checkout.bench("up", "quick");
    assert.equal(code, 0, stderr + stdout);
    const [[run, manifest] = []] = checkout.runs("quick");
    assert.ok(run && manifest);
    firstRun = run;
    assert.equal(manifest.status, "complete");
    assert.equal(manifest.simulated, true);
    assert.match(stdout, /SIMULATED/);
    assert.match(stdout, new RegExp(`Report: .*${run}/report\\.html`));
    assert.match(stderr, /ETA/);
    const files = [
      "README.md",
      "report.html",
      "results/requests.bin",
      "results/arrivals.bin",
      "results/requests.csv",
      "results/stages.csv",
      "results/pod_log_response.txt",
      "analysis/data/stats.txt",
      "analysis/data/stats.json",
      "analysis/plots/README.md",
      "analysis/plots/overview.png",
      "analysis/plots/latency_analysis.png",
      "analysis/plots/throughput_analysis.png",
      "environment/context.ctx",
      "environment/variables",
      "workload/plan.json",
      "setup/commands/harness.txt",
    ];
    for (const file of files) assert.ok(existsSync(join(checkout.results, "quick", run, file)), `${file} is there`);
    for (const text of ["README.md", "report.html", "analysis/data/stats.txt"]) {
      assert.match(checkout.read("quick", run, text), /SIMULATED/, text);
    }
  });

  it("the outputs hold the headline metrics and the report's path", async () => {
    const { code, stdout } = await checkout.bench("outputs", "quick");
    assert.equal(code, 0);
    const outputs = JSON.parse(stdout);
    assert.equal(outputs.scenario, "local_h100-80_simulated_llama-8b");
    assert.deepEqual(outputs.runs, [firstRun]);
    const [system] = Object.values(outputs.metrics.systems) as { concurrency: number; failureRate: number }[][];
    assert.deepEqual(
      system?.map(({ concurrency }) => concurrency),
      [1, 4],
    );
    assert.deepEqual(
      system?.map(({ failureRate }) => failureRate),
      [0, 0],
    );
  });

  it("what the engine said of itself is among the numbers", () => {
    const [{ stages, slo }] = JSON.parse(checkout.read("quick", firstRun, "analysis/data/stats.json")).systems;
    assert.equal(slo, null, "nobody set an objective");
    assert.equal(stages.length, 2);
    for (const { server } of stages) {
      assert.ok(server.outputTokens.value > 0);
      // Gauges are sampled once a second: in so short a stage what they said is chance.
      assert.equal(server.pods, 1);
      assert.equal(server.prefixCacheHitRate.value, 0);
    }
  });

  // How much faster four are than one is a matter of the engine: test/scenario/batching.test.ts, in simulated time.
  it("had as many requests in flight as each stage asks for, and every answer has the length asked for", async () => {
    const { requests, stages } = await importRun(join(checkout.results, "quick", firstRun));
    assert.ok(requests !== null);
    assert.deepEqual(
      stages.map((_, stage) => mostInFlight(requests, stage)),
      [1, 4],
    );
    assert.deepEqual(requests.outputTokens, requests.outputTokensAsked);
  });

  it("up again does nothing and takes seconds", async () => {
    const folder = join(checkout.results, "quick", firstRun);
    const before = statSync(join(folder, "manifest.json")).mtimeMs;
    const { code, stdout, seconds } = await checkout.bench("up", "quick");
    assert.equal(code, 0);
    assert.match(stdout, /Nothing was to be done/);
    assert.equal(checkout.runs("quick").size, 1);
    assert.equal(statSync(join(folder, "manifest.json")).mtimeMs, before);
    assert.ok(seconds < 60, `${seconds} s`);
  });

  it("a changed objective is judged by the next up, without a run", async () => {
    checkout.stack("quick", { ...quick, slo: { ttftMs: { p50: 10_000 } } });
    const { code, stdout } = await checkout.bench("up", "quick");
    assert.equal(code, 0);
    assert.match(stdout, /Nothing was to be done/);
    assert.match(stdout, /Largest load within the objectives: at least concurrency/);
    assert.equal(checkout.runs("quick").size, 1);
    const [{ slo }] = JSON.parse(checkout.read("quick", firstRun, "analysis/data/stats.json")).systems;
    assert.equal(slo.largestLoad.kind, "atLeast");
  });

  it("preview of an unchanged stack shows no change", async () => {
    const { stdout } = await checkout.bench("preview", "quick");
    assert.match(stdout, /Resources: 2 same/);
    assert.match(stdout, /complete, would not run again/);
  });

  it("collect and report write the analysis again from the native files", async () => {
    const stats = join(checkout.results, "quick", firstRun, "analysis", "data", "stats.json");
    const numbers = (text: string) => JSON.parse(text).systems;
    const before = numbers(readFileSync(stats, "utf8"));
    assert.equal((await checkout.bench("collect", "quick")).code, 0);
    assert.deepEqual(numbers(readFileSync(stats, "utf8")), before);
    assert.equal((await checkout.bench("report", join("results", "quick", firstRun))).code, 0);
    assert.deepEqual(numbers(readFileSync(stats, "utf8")), before);
  });

  it("a changed workload is a new run beside the old one", async () => {
    checkout.stack("quick", { ...quick, workloadOverrides: { "stages.concurrency": [2], "stages.seconds": 1 } });
    const { stdout: plan } = await checkout.bench("preview", "quick");
    assert.match(plan, /Resources: 1 same, 1 update|1 update, 1 same/);
    const { code, stdout } = await checkout.bench("up", "quick");
    assert.equal(code, 0);
    assert.doesNotMatch(stdout, /Nothing was to be done/);
    assert.equal(checkout.runs("quick").size, 2);
    assert.ok(checkout.runs("quick").has(firstRun));
  });

  it("the stack file and Pulumi.yaml are as they were", () => {
    assert.doesNotMatch(readFileSync(join(checkout.path, "Pulumi.quick.yaml"), "utf8"), /encryptionsalt/);
  });

  it("destroy leaves no resource and all results", async () => {
    const { code, stdout } = await checkout.bench("destroy", "quick");
    assert.equal(code, 0);
    assert.match(stdout, /Destroyed 2 resources/);
    assert.equal(checkout.runs("quick").size, 2);
    const again = await checkout.bench("destroy", "quick");
    assert.equal(again.code, 0);
    assert.match(again.stdout, /Nothing of stack "quick" was deployed/);
  });

  it("runs that are complete and mean nothing end with 3, and are reported all the same", async () => {
    const faults = [2, 3].map((every) => ({ kind: "http500", every }));
    const overrides = { "stages.concurrency": [4], "stages.seconds": 1 };
    checkout.stack("broken", { ...quick, workloadOverrides: overrides, simulator: { faults } });
    const { code, stdout, stderr } = await checkout.bench("up", "broken");
    assert.equal(code, 3, stdout + stderr);
    assert.match(stdout, /INVALID/);
    assert.match(stdout, /most requests failed/);
    assert.match(stdout, /Report: /);
    assert.equal([...checkout.runs("broken").values()][0]?.status, "complete");
  });

  it("e2e is up and destroy in one", async () => {
    checkout.stack("once", { ...quick, workloadOverrides: { "stages.concurrency": [1], "stages.seconds": 1 } });
    const { code, stdout } = await checkout.bench("e2e", "once");
    assert.equal(code, 0);
    assert.match(stdout, /Report: /);
    assert.match(stdout, /Destroyed 2 resources/);
    assert.equal(readdirSync(join(checkout.results, "once")).length, 1);
  });
});
