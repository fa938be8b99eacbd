import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import type { V1Pod } from "@kubernetes/client-node";
import type { Manifest } from "../../analysis/run.ts";
import { describeOnCluster } from "./equipment/cluster.ts";
import { ClusterCheckout } from "./equipment/clusterCheckout.ts";
import { harnesses, objectsOf } from "./equipment/objectsOf.ts";

const targets = [{ name: "baseline" }, { name: "candidate", simulator: { slowdown: 1.5 } }];
const small = {
  platform: "kind",
  gpu: "h100-80",
  model: "llama-8b",
  method: "simulated",
  workload: "local",
  workloadOverrides: { "stages.concurrency": [2], "stages.seconds": 2 },
  harnessSettings: { cpu: 0.2, memory: "256Mi", pvcSize: "1Gi" },
  targets,
};

interface Interval {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

describeOnCluster("two targets on a cluster", () => {
  const checkout = new ClusterCheckout("two");
  before(() => checkout.ready());
  after(() => checkout.removeAll());

  it("run one after the other, repetition by repetition, and are compared", async () => {
    checkout.stack("two", { ...small, repetitions: 2 });
    const { code, stdout, stderr } = await checkout.bench("up", "two");
    assert.equal(code, 0, stderr + stdout);
    const manifests = runsOf(checkout, "two");
    assert.deepEqual(
      manifests.map(({ target }) => target),
      ["baseline", "candidate", "candidate", "baseline"],
    );
    assertDisjoint(
      manifests.map(({ runId, startedAt, endedAt }) => ({
        name: runId,
        from: Date.parse(startedAt),
        to: Date.parse(endedAt),
      })),
    );
    // By the kubelet's clock, which knows nothing of us.
    const pods = await objectsOf<V1Pod>(checkout, "pods", harnesses);
    assert.equal(pods.length, 4);
    assertDisjoint(pods.map(containerInterval));
    assert.match(stdout, /candidate.*(worse|better|equal|same|inconclusive|undecided)/i);
    const [folder] = readdirSync(`${checkout.results}/two`).filter((name) => name.startsWith("compare-"));
    assert.match(checkout.read("two", String(folder), "README.md"), /candidate/);
  });

  it("destroy leaves nothing", async () => {
    const { code, stderr } = await checkout.bench("destroy", "two");
    assert.equal(code, 0, stderr);
    assert.deepEqual(await checkout.leftovers(), []);
  });
});

function runsOf(checkout: ClusterCheckout, stack: string): Manifest[] {
  return [...checkout.runs(stack).values()]
    .filter((manifest) => manifest !== null)
    .sort((a, b) => a.startedAt.localeCompare(b.startedAt));
}

function containerInterval({ metadata, status }: V1Pod): Interval {
  const ended = status?.containerStatuses?.[0]?.state?.terminated;
  return {
    name: String(metadata?.name),
    from: Date.parse(String(ended?.startedAt)),
    to: Date.parse(String(ended?.finishedAt)),
  };
}

function assertDisjoint(intervals: readonly Interval[]): void {
  const inOrder = [...intervals].sort((a, b) => a.from - b.from);
  for (const { name, from, to } of inOrder) assert.ok(from <= to, `${name} has both times: ${from} ${to}`);
  for (const [i, { name, from }] of inOrder.slice(1).entries())
    assert.ok(from >= (inOrder[i] as Interval).to, `${name} began while ${inOrder[i]?.name} was running`);
}
