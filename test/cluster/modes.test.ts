import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { V1Job } from "@kubernetes/client-node";
import { commandAnnotation } from "../../manifests/harnessJob.ts";
import { describeOnCluster } from "./equipment/cluster.ts";
import { ClusterCheckout } from "./equipment/clusterCheckout.ts";
import { engines, harnesses, objectsOf, uidsOf } from "./equipment/objectsOf.ts";

describeOnCluster("modes of a stack on a cluster: engines only, benchmark, debug, analysis only", () => {
  const checkout = new ClusterCheckout("modes");
  let engine: Record<string, string>;
  let run: string;

  before(async () => {
    await checkout.ready();
    checkout.committed("kind-sim", {
      workloadOverrides: { "stages.concurrency": [2], "stages.seconds": 2 },
      harnessSettings: { cpu: 0.2, memory: "256Mi" },
    });
  });
  after(() => checkout.removeAll());

  it("standup deploys the engines, says how they are reached, and runs nothing", async () => {
    const { code, stdout, stderr } = await checkout.bench("up", "kind-sim", "--mode", "standup");
    assert.equal(code, 0, stderr + stdout);
    const url = `http://simulated-llama-8b.${checkout.namespace}.svc:8000`;
    assert.match(
      stdout + stderr,
      new RegExp(`engine llama-8b answers in the cluster at ${url.replaceAll(".", "\\.")}`),
    );
    assert.match(stdout + stderr, /key in Secret llama-8b-api-key/);
    assert.deepEqual(await uidsOf(checkout, "jobs"), {});
    assert.equal(checkout.runs("kind-sim").size, 0);
    engine = await uidsOf(checkout, "pods", engines);
    assert.equal(Object.keys(engine).length, 1);
  });

  it("a plain up then benchmarks the engine that stands", async () => {
    const { code, stdout, stderr } = await checkout.bench("up", "kind-sim");
    assert.equal(code, 0, stderr + stdout);
    assert.deepEqual(await uidsOf(checkout, "pods", engines), engine);
    const [[name, manifest] = []] = checkout.runs("kind-sim");
    assert.equal(manifest?.status, "complete");
    run = String(name);
  });

  it("debug leaves a pod that sleeps, and the command that it names is a run", async () => {
    const made = await uidsOf(checkout, "jobs", harnesses);
    const { code, stdout, stderr } = await checkout.bench("up", "kind-sim", "--mode", "debug");
    assert.equal(code, 0, stderr + stdout);
    const jobs = await uidsOf(checkout, "jobs", harnesses);
    const [debug, ...more] = Object.keys(jobs).filter((name) => !(name in made));
    assert.ok(debug !== undefined && more.length === 0, JSON.stringify(jobs));
    for (const [name, uid] of Object.entries(made)) assert.equal(jobs[name], uid, "the run's Job stays");
    assert.deepEqual(await uidsOf(checkout, "pods", engines), engine);

    const [, line] = /the harness pod sleeps: kubectl (.+)/.exec(stdout + stderr) ?? [];
    assert.equal(line, `-n ${checkout.namespace} exec -it job/${debug} -- sh`);
    const job = (await objectsOf<V1Job>(checkout, "jobs", harnesses)).find(({ metadata }) => metadata?.name === debug);
    const command = String(job?.metadata?.annotations?.[commandAnnotation]);
    assert.ok((stdout + stderr).includes(`what it would run: ${command}`));
    // As printed, but for the terminal, which a test has not.
    const inPod = [...String(line).replace(" -it ", " -i ").split(" "), "-c"];
    const sh = (script: string) =>
      execFileSync("kubectl", ["--kubeconfig", checkout.kubeconfig, ...inPod, script], {
        encoding: "utf8",
        timeout: 120_000,
        stdio: ["ignore", "pipe", "pipe"],
      });
    assert.match(sh(command), /"phase":"done"/);
    const [, folder] = / --out (\S+)/.exec(command) ?? [];
    assert.match(sh(`cat ${folder}/summary.json`), /"status": ?"complete"/);
  });

  it("a plain up afterwards takes the sleeping pod away, and runs nothing", async () => {
    const { code, stdout, stderr } = await checkout.bench("up", "kind-sim");
    assert.equal(code, 0, stderr + stdout);
    assert.match(stdout, /Nothing was to be done/);
    assert.deepEqual(Object.keys(await uidsOf(checkout, "jobs", harnesses)), [checkout.runs("kind-sim").get(run)?.job]);
  });

  it("a report needs no cluster", async () => {
    const folder = join(checkout.results, "kind-sim", run);
    const stats = join(folder, "analysis", "data", "stats.json");
    const systems = () => JSON.parse(readFileSync(stats, "utf8")).systems;
    const before = systems();
    rmSync(join(folder, "report.html"));
    rmSync(join(folder, "analysis"), { recursive: true });
    const environment = { ...process.env, KUBECONFIG: "/nowhere", NO_COLOR: "1" };
    execFileSync(process.execPath, [join(checkout.path, "cli", "main.ts"), "report", folder], { env: environment });
    assert.ok(existsSync(join(folder, "report.html")));
    assert.deepEqual(systems(), before);
  });

  it("destroy leaves nothing", async () => {
    const { code, stderr } = await checkout.bench("destroy", "kind-sim");
    assert.equal(code, 0, stderr);
    assert.deepEqual(await checkout.leftovers(), []);
  });
});
