import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { V1ConfigMap, V1Job, V1Pod } from "@kubernetes/client-node";
import { sha256 } from "../../run/runFolder.ts";
import { describeOnCluster } from "./equipment/cluster.ts";
import { ClusterCheckout } from "./equipment/clusterCheckout.ts";
import { engines, harnesses, objectsOf, uidsOf } from "./equipment/objectsOf.ts";

/** The committed stack, made short and small enough for a busy test machine. */
const short = {
  workloadOverrides: { "stages.concurrency": [1, 4], "stages.seconds": 2 },
  harnessSettings: { cpu: 0.2, memory: "256Mi" },
  repetitions: 1,
};

const changed = { "stages.concurrency": [2], "stages.seconds": 2 };

const filesOfRun = [
  "README.md",
  "report.html",
  "manifest.json",
  "results/requests.bin",
  "results/arrivals.bin",
  "results/requests.csv",
  "results/stages.csv",
  "results/summary.json",
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
  "setup/yamls/workspace.yaml",
  "setup/yamls/engine.yaml",
  "setup/yamls/harness.yaml",
];

describeOnCluster("the life of kind-sim on a cluster", () => {
  const checkout = new ClusterCheckout("life");
  const jobs = () => uidsOf(checkout, "jobs", harnesses);
  const enginePods = () => uidsOf(checkout, "pods", engines);
  let firstRun: string;
  let runs: string[] = [];
  /** The one run that was made since. */
  const newRun = () => {
    const now = [...checkout.runs("kind-sim").keys()];
    const [run, ...more] = now.filter((name) => !runs.includes(name));
    assert.ok(run !== undefined && more.length === 0, `one more than ${runs}: ${now}`);
    runs = now;
    return run;
  };

  before(async () => {
    await checkout.ready();
    checkout.committed("kind-sim", short);
  });
  after(() => checkout.removeAll());

  it("preview says what would be deployed and run, and makes nothing", async () => {
    const { code, stdout, stderr } = await checkout.bench("preview", "kind-sim");
    assert.equal(code, 0, stderr);
    for (const text of [
      /SIMULATED engine, no GPU/,
      /kind_h100-80_simulated_llama-8b/,
      /fits: 15\.\d GiB of weights/,
      new RegExp(`namespace ${checkout.namespace}`),
      /Deployment simulated-llama-8b/,
      /Job llmdbench-llmbench-launcher-[0-9a-f]{8}-r1/,
      /PersistentVolumeClaim workload-pvc/,
      /Resources: \d+ create\n/,
      /llama-8b-[0-9a-f]{8}-r1: would run/,
    ])
      assert.match(stdout, text);
    assert.equal(checkout.runs("kind-sim").size, 0);
    assert.deepEqual(await checkout.leftovers(), []);
  });

  it("up deploys, runs, collects and reports, and says SIMULATED everywhere", async () => {
    const { code, stdout, stderr } = await checkout.bench("up", "kind-sim");
    assert.equal(code, 0, stderr + stdout);
    firstRun = newRun();
    const manifest = checkout.runs("kind-sim").get(firstRun);
    assert.equal(manifest?.status, "complete");
    assert.equal(manifest.simulated, true);
    assert.deepEqual(Object.keys(await jobs()), [manifest.job]);
    assert.match(stdout, /SIMULATED/);
    assert.match(stdout, new RegExp(`Report: .*${firstRun}/report\\.html`));
    assert.match(stderr, /engine llama-8b is ready after/);
    // Of progress a log has a line every 5 s, whatever that shows.
    assert.match(stderr, /run 1\/1 llama-8b-[0-9a-f]{8}-r1/);
    const folder = join(checkout.results, "kind-sim", firstRun);
    for (const file of filesOfRun) assert.ok(existsSync(join(folder, file)), `${file} is there`);
    for (const text of ["README.md", "report.html", "analysis/data/stats.txt"])
      assert.match(checkout.read("kind-sim", firstRun, text), /SIMULATED/, text);
    for (const [file, sum] of Object.entries(manifest.files)) assert.equal(await sha256(join(folder, file)), sum, file);
  });

  it("keeps what was applied, without secrets, and what the cluster knows", () => {
    const folder = join(checkout.results, "kind-sim", firstRun);
    const applied = readdirSync(join(folder, "setup", "yamls")).map((name) =>
      readFileSync(join(folder, "setup", "yamls", name), "utf8"),
    );
    const text = applied.join("\n");
    for (const kind of ["Namespace", "Secret", "Deployment", "Service", "Job", "PersistentVolumeClaim", "Role"])
      assert.match(text, new RegExp(`^kind: ${kind}$`, "m"));
    assert.match(text, /name: llama-8b-api-key/);
    assert.doesNotMatch(text, /^\s*(stringData|data):\s*\n\s+api-key:/m);
    const environment = readdirSync(join(folder, "environment"), { recursive: true, encoding: "utf8" }).join(" ");
    for (const name of ["context.ctx", "events", "nodes", "pods", "variables"])
      assert.match(environment, new RegExp(name), environment);
    assert.match(checkout.read("kind-sim", firstRun, "environment/context.ctx"), /https:\/\//);
  });

  it("the outputs hold metrics, endpoint, report and cluster", async () => {
    const outputs = JSON.parse((await checkout.bench("outputs", "kind-sim")).stdout);
    assert.equal(outputs.scenario, "kind_h100-80_simulated_llama-8b");
    assert.deepEqual(outputs.runs, [firstRun]);
    assert.match(outputs.cluster.server, /^https:/);
    assert.equal(outputs.endpoints["llama-8b"].url, `http://simulated-llama-8b.${checkout.namespace}.svc:8000`);
    const [system] = Object.values(outputs.metrics.systems) as { concurrency: number; failureRate: number }[][];
    assert.deepEqual(
      system?.map(({ concurrency, failureRate }) => ({ concurrency, failureRate })),
      [
        { concurrency: 1, failureRate: 0 },
        { concurrency: 4, failureRate: 0 },
      ],
    );
  });

  it("up again changes nothing, neither in the cluster nor in the results", async () => {
    const { stdout } = await checkout.bench("preview", "kind-sim");
    assert.match(stdout, /Resources: \d+ same\n/);
    assert.match(stdout, /complete, would not run again/);
    const kinds = ["pods", "jobs", "deployments", "secrets", "configmaps", "persistentvolumeclaims"] as const;
    const versions = async () => {
      const objects = await Promise.all(kinds.map((kind) => objectsOf(checkout, kind)));
      return objects.map((own) => own.map(({ metadata }) => [metadata?.name, metadata?.resourceVersion]));
    };
    const before = await versions();
    const manifest = join(checkout.results, "kind-sim", firstRun, "manifest.json");
    const written = statSync(manifest).mtimeMs;
    const again = await checkout.bench("up", "kind-sim");
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stdout, /Nothing was to be done/);
    assert.deepEqual(await versions(), before);
    assert.equal(statSync(manifest).mtimeMs, written);
  });

  it("one more repetition is one more Job; the first one and the engine stay", async () => {
    const before = { jobs: await jobs(), engines: await enginePods() };
    checkout.committed("kind-sim", { ...short, repetitions: 2 });
    const { code, stdout, stderr } = await checkout.bench("up", "kind-sim");
    assert.equal(code, 0, stderr + stdout);
    assert.match(newRun(), /-r2$/);
    const after = await jobs();
    assert.equal(Object.keys(after).length, 2);
    for (const [name, uid] of Object.entries(before.jobs)) assert.equal(after[name], uid);
    assert.deepEqual(await enginePods(), before.engines);
  });

  it("another one by hand is remembered: a plain up afterwards runs nothing and reports all three", async () => {
    const before = await jobs();
    const { code, stdout, stderr } = await checkout.bench("up", "kind-sim", "--again");
    assert.equal(code, 0, stderr + stdout);
    assert.match(newRun(), /-r3$/);
    const after = await jobs();
    for (const [name, uid] of Object.entries(before)) assert.equal(after[name], uid);
    const plain = await checkout.bench("up", "kind-sim");
    assert.equal(plain.code, 0, plain.stderr);
    assert.match(plain.stdout, /Nothing was to be done/);
    assert.deepEqual(await jobs(), after);
    const [, report] = /Report: (\S+)/.exec(plain.stdout) ?? [];
    assert.match(readFileSync(join(checkout.path, report ?? ""), "utf8"), /-r3/);
  });

  it("results lost on this machine come back from the cluster, by collect and by up, and nothing runs", async () => {
    const folder = join(checkout.results, "kind-sim", firstRun);
    const { files } = checkout.runs("kind-sim").get(firstRun) ?? {};
    const before = { jobs: await jobs(), engines: await enginePods() };
    for (const command of ["collect", "up"]) {
      rmSync(folder, { recursive: true });
      const { code, stdout, stderr } = await checkout.bench(command, "kind-sim");
      assert.equal(code, 0, `${command}: ${stderr}${stdout}`);
      const manifest = checkout.runs("kind-sim").get(firstRun);
      assert.equal(manifest?.status, "complete");
      assert.deepEqual(manifest.files, files, command);
      for (const [file, sum] of Object.entries(manifest.files))
        assert.equal(await sha256(join(folder, file)), sum, `${command}: ${file}`);
      assert.deepEqual({ jobs: await jobs(), engines: await enginePods() }, before);
    }
  });

  it("a changed workload replaces the harness Job and its plan, and nothing else", async () => {
    const before = { jobs: await jobs(), engines: await enginePods(), code: await bundles(checkout) };
    checkout.committed("kind-sim", { ...short, workloadOverrides: changed });
    const { code, stdout, stderr } = await checkout.bench("up", "kind-sim");
    assert.equal(code, 0, stderr + stdout);
    const run = newRun();
    const manifest = checkout.runs("kind-sim").get(run);
    assert.deepEqual(Object.keys(await jobs()), [manifest?.job]);
    // The engine that stays has answered the earlier workload: with its prompts it would answer from its prefix cache.
    const { systems } = JSON.parse(checkout.read("kind-sim", run, "analysis/data/stats.json"));
    assert.equal(systems[0].stages.length, 1);
    for (const { pooled } of systems[0].stages)
      assert.ok(pooled.cachedShare.value < 0.1, JSON.stringify(pooled.cachedShare));
    assert.ok(!(String(manifest?.job) in before.jobs));
    assert.deepEqual(await enginePods(), before.engines);
    assert.deepEqual(await bundles(checkout), before.code);
  });

  it("a changed engine is a new engine and a new run", async () => {
    const before = { jobs: await jobs(), engines: await enginePods() };
    checkout.committed("kind-sim", { ...short, workloadOverrides: changed, simulator: { slowdown: 1.5 } });
    const { code, stdout, stderr } = await checkout.bench("up", "kind-sim");
    assert.equal(code, 0, stderr + stdout);
    const run = newRun();
    const [pod, ...others] = await objectsOf<V1Pod>(checkout, "pods", engines);
    assert.deepEqual(others, []);
    assert.ok(!(String(pod?.metadata?.name) in before.engines));
    const [job, ...otherJobs] = await objectsOf<V1Job>(checkout, "jobs", harnesses);
    assert.deepEqual(otherJobs, []);
    assert.ok(!(String(job?.metadata?.name) in before.jobs));
    // Measured after the new engine was there, hence not the old one.
    const started = String(checkout.runs("kind-sim").get(run)?.startedAt);
    assert.ok(
      Date.parse(started) >= Date.parse(String(pod?.status?.startTime)),
      `${started} ${pod?.status?.startTime}`,
    );
  });

  it("destroy leaves nothing in the cluster, and all results", async () => {
    const { code, stdout, stderr } = await checkout.bench("destroy", "kind-sim");
    assert.equal(code, 0, stderr);
    assert.match(stdout, /Destroyed \d+ resources/);
    assert.deepEqual(await checkout.leftovers(), []);
    assert.deepEqual([...checkout.runs("kind-sim").keys()], runs);
  });

  it("up after it runs nothing again, since the results are here, and deploys no engine for nothing", async () => {
    const { code, stdout, stderr } = await checkout.bench("up", "kind-sim");
    assert.equal(code, 0, stderr + stdout);
    assert.match(stdout, /Nothing was to be done/);
    assert.match(stderr, /engine llama-8b is not deployed: no run needs it/);
    assert.deepEqual({ jobs: await jobs(), engines: await enginePods() }, { jobs: {}, engines: {} });
    assert.deepEqual([...checkout.runs("kind-sim").keys()], runs);
    assert.equal((await checkout.bench("destroy", "kind-sim")).code, 0);
    assert.deepEqual(await checkout.leftovers(), []);
  });
});

/** ConfigMaps that hold code or the engine's settings: all but the plans. */
async function bundles(checkout: ClusterCheckout): Promise<string[]> {
  const maps = await objectsOf<V1ConfigMap>(checkout, "configmaps");
  return maps.flatMap(({ metadata, data }) =>
    data !== undefined && "plan.json" in data ? [] : [`${metadata?.name} ${metadata?.uid}`],
  );
}
