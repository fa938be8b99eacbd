import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import type { V1Pod } from "@kubernetes/client-node";
import type { Analysis } from "../../analysis/analysis.ts";
import type { HarnessSummary } from "../../harness/recordFormat.ts";
import { describeOnCluster } from "./equipment/cluster.ts";
import { ClusterCheckout } from "./equipment/clusterCheckout.ts";
import { harnesses, objectsOf } from "./equipment/objectsOf.ts";

const stack = {
  platform: "kind",
  gpu: "h100-80",
  method: "simulated",
  workload: "local",
  workloadOverrides: { "stages.concurrency": [1, 2], "stages.seconds": 2 },
  harnessSettings: { cpu: 0.2, memory: "256Mi", pvcSize: "1Gi" },
  repetitions: 2,
  together: true,
  targets: [
    { name: "small", model: "llama-8b" },
    { name: "large", model: "qwen3-8b", simulator: { slowdown: 1.5 } },
  ],
};

interface Window {
  readonly from: number;
  readonly to: number;
}

describeOnCluster("two models, alone and together", () => {
  const checkout = new ClusterCheckout("tog");
  before(() => checkout.ready());
  after(() => checkout.removeAll());

  it("are loaded one after the other, then at once, in windows that are the same", async () => {
    checkout.stack("tog", stack);
    const { code, stdout, stderr } = await checkout.bench("up", "tog");
    assert.equal(code, 0, stderr + stdout);
    const runs = [...checkout.runs("tog")].flatMap(([folder, manifest]) => (manifest ? [{ folder, manifest }] : []));
    assert.equal(runs.length, 8);
    assert.deepEqual([...new Set(runs.map(({ manifest }) => manifest.status))], ["complete"]);
    const inOrder = runs
      .map((run) => ({ ...run, span: windowsOf(run.folder) }))
      .sort((a, b) => a.span.from - b.span.from);
    for (const [i, a] of inOrder.entries())
      for (const b of inOrder.slice(i + 1)) {
        const mates = a.manifest.group !== undefined && a.manifest.group === b.manifest.group;
        const shared = overlap(a.span, b.span);
        assert.ok(mates ? shared >= 0.9 : shared <= 0, `${a.manifest.runId} and ${b.manifest.runId}: ${shared}`);
      }
    const groups = Map.groupBy(inOrder, ({ manifest }) => manifest.group ?? "alone");
    assert.equal(groups.size, 3);
    for (const [group, own] of groups) if (group !== "alone") assert.equal(own.length, 2);
    assert.match(stdout, /Loaded together:\s+small beside large: output tokens\/s/);
  });

  it("their report says what they cost each other, and that their loads met", () => {
    const [folder] = readdirSync(`${checkout.results}/tog`).filter((name) => name.startsWith("compare-"));
    const analysis = JSON.parse(checkout.read("tog", String(folder), "analysis/data/stats.json")) as Analysis;
    assert.deepEqual(
      analysis.systems.map(({ name }) => name),
      ["small", "large", "small with large", "large with small"],
    );
    const { systems = [], groups = [] } = analysis.interference ?? {};
    for (const { stages } of systems)
      for (const { overlap: met } of stages) assert.ok((met.value ?? 0) > 0.9, JSON.stringify(stages));
    assert.equal(groups.length, 1);
    assert.match(checkout.read("tog", String(folder), "report.html"), /<h2 id="interference">/);
  });

  it("the load generators of a group shared a node, as their volume needs", async () => {
    const pods = await objectsOf<V1Pod>(checkout, "pods", harnesses);
    for (const [group, own] of Map.groupBy(pods, ({ metadata }) => metadata?.labels?.["llm-bench/group"] ?? "")) {
      if (group === "") continue;
      assert.equal(new Set(own.map(({ spec }) => spec?.nodeName)).size, 1);
    }
  });

  it("the same again runs nothing; in turn is refused", async () => {
    const again = await checkout.bench("up", "tog");
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stdout, /Nothing was to be done/);
    const inTurn = await checkout.bench("compare", "tog", "--in-turn");
    assert.equal(inTurn.code, 2);
    assert.match(inTurn.stderr, /loads its targets together/);
  });

  it("destroy leaves nothing", async () => {
    const { code, stderr } = await checkout.bench("destroy", "tog");
    assert.equal(code, 0, stderr);
    assert.deepEqual(await checkout.leftovers(), []);
  });

  /** From the first stage's begin to the last one's end. */
  function windowsOf(folder: string): Window {
    const { startedAt, stages } = JSON.parse(checkout.read("tog", folder, "results/summary.json")) as HarnessSummary;
    const start = Date.parse(startedAt);
    return { from: start + (stages[0]?.startMs ?? 0), to: start + (stages.at(-1)?.endMs ?? 0) };
  }
});

/** Share of the shorter one. */
function overlap(a: Window, b: Window): number {
  return (Math.min(a.to, b.to) - Math.max(a.from, b.from)) / Math.min(a.to - a.from, b.to - b.from);
}
