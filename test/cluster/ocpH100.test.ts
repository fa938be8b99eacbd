import assert from "node:assert/strict";
import type { V1Deployment, V1Pod } from "@kubernetes/client-node";
import { openshiftId } from "./equipment/admission/podPatch.ts";
import { describeOnCluster } from "./equipment/cluster.ts";
import { EngineWatch } from "./equipment/engineWatch.ts";
import { GpuStack, hubToken, noGpuStacks, shortLoad } from "./equipment/gpuStack.ts";
import { engines, objectsOf } from "./equipment/objectsOf.ts";
import { isSize, lacks, reviewed } from "./equipment/reviewed.ts";

/** All that differs from the committed stacks: the load is short, and the token is not in the file. */
const short = {
  // The default's image is not here; what is tested is the engine and the run around it.
  harness: "llmbench",
  hfToken: hubToken,
  workloadOverrides: shortLoad,
};

function skipWithoutGpus(context: Mocha.Context): void {
  if (noGpuStacks === null) return;
  console.log(`    skipped: ${noGpuStacks}`);
  context.skip();
}

/** Pods of the engine are those of the reviewed manifests, made smaller, under OpenShift's user id. */
async function assertReviewed(stack: GpuStack, name: string): Promise<void> {
  const wanted = reviewed<V1Deployment>(name, "Deployment");
  const pod = (await objectsOf<V1Pod>(stack.checkout, "pods", engines))[0];
  const other = lacks(pod?.spec, wanted.spec?.template.spec);
  assert.deepEqual(
    other.filter((path) => !isSize(path)),
    [],
  );
  assert.equal(pod?.spec?.securityContext?.runAsUser, openshiftId);
}

describeOnCluster("ocp-h100: 70B over four GPUs, and two of them in turn", () => {
  let stack: GpuStack;
  const bench = (...args: string[]) => stack.checkout.bench(...args);

  before(async function () {
    skipWithoutGpus(this);
    stack = await GpuStack.on({ platform: "ocp", gpu: "h100-80", count: 4 }, "ocp");
    stack.checkout.committed("ocp-h100", short);
  });
  after(() => stack?.remove());

  it("up runs it under a random user id, with four GPUs and the reviewed manifests", async () => {
    const { code, stdout, stderr } = await bench("up", "ocp-h100");
    assert.equal(code, 0, stderr + stdout);
    const [manifest] = [...stack.checkout.runs("ocp-h100").values()];
    assert.equal(manifest?.status, "complete");
    assert.equal(manifest.scenarioName, "ocp_h100-80_standalone_llama-70b");
    assert.equal(manifest.simulated, true);
    assert.match(stdout, /SIMULATED/);
    await assertReviewed(stack, "ocp-h100");
    const args = (await objectsOf<V1Pod>(stack.checkout, "pods", engines))[0]?.spec?.containers[0]?.args?.join(" ");
    assert.match(args ?? "", /--tensor-parallel-size[ =]4/);
  });

  it("preview of two targets says GPUs and cost together and in turn, and that there are four", async () => {
    stack.checkout.committed("ocp-h100", {
      ...short,
      repetitions: 1,
      targets: [{ name: "baseline" }, { name: "candidate", engine: { maxNumSeqs: 64 } }],
    });
    const { code, stdout, stderr } = await bench("preview", "ocp-h100");
    assert.equal(code, 0, stderr);
    assert.match(stdout, /GPUs +8 x h100-80 together; 4 x h100-80 with \.\/bench compare --in-turn/);
    assert.match(stdout, /cost +(\$\d+\.\d\d per hour|no price of h100-80 is known: set prices\.h100-80)/);
    assert.match(stdout, /together ask for 8 nvidia\.com\/gpu, the 1 nodes with .* have 4/);
  });

  it("compare --in-turn never has two engines at once, compares them, and leaves none", async () => {
    const watch = new EngineWatch(stack.checkout.namespace);
    const { code, stdout, stderr } = await bench("compare", "ocp-h100", "--in-turn");
    const seen = await watch.stop();
    assert.equal(code, 0, stderr + stdout);
    assert.ok(
      seen.every((together) => together.length <= 1),
      `engines together: ${JSON.stringify(seen)}`,
    );
    assert.deepEqual(
      seen.flat().filter((target, i, all) => target !== all[i - 1]),
      ["llama-70b", "baseline", "candidate"],
      "the first one is what the earlier `up` had left",
    );
    const runs = [...stack.checkout.runs("ocp-h100").values()].filter((run) => run?.target !== "llama-70b");
    assert.deepEqual(runs.map((run) => [run?.target, run?.status]).sort(), [
      ["baseline", "complete"],
      ["candidate", "complete"],
    ]);
    const [first, second] = runs.sort((a, b) => String(a?.startedAt).localeCompare(String(b?.startedAt)));
    assert.ok(String(first?.endedAt) <= String(second?.startedAt));
    assert.match(stdout, /SIMULATED/);
    assert.match(stdout, /candidate.*(worse|better|equal|same|inconclusive|undecided)/i);
    assert.deepEqual(await objectsOf(stack.checkout, ["pods", "deployments"], engines), []);
  });

  it("destroy leaves nothing in the cluster", async () => {
    const { code, stderr } = await bench("destroy", "ocp-h100");
    assert.equal(code, 0, stderr);
    await stack.removeSurroundings();
    assert.deepEqual(await stack.checkout.leftovers(), []);
  });
});

describeOnCluster("ocp-h100-mig: a slice of a GPU, under both of the operator's strategies", () => {
  const slice = { platform: "ocp", gpu: "h100-80-mig-3g.40gb", count: 2 } as const;
  let stack: GpuStack;
  const up = async () => {
    const { code, stdout, stderr } = await stack.checkout.bench("up", "ocp-h100-mig");
    assert.equal(code, 0, stderr + stdout);
  };
  const asked = async () =>
    (await objectsOf<V1Pod>(stack.checkout, "pods", engines)).map(({ spec }) => spec?.containers[0]?.resources?.limits);

  before(async function () {
    skipWithoutGpus(this);
    stack = await GpuStack.on(slice, "mig");
    stack.checkout.committed("ocp-h100-mig", short);
  });
  after(() => stack?.remove());

  it("single: a slice counts as one GPU, on a node with the slice's label", async () => {
    await up();
    const [manifest] = [...stack.checkout.runs("ocp-h100-mig").values()];
    assert.equal(manifest?.status, "complete");
    assert.equal(manifest.scenarioName, "ocp_h100-80-mig-3g.40gb_standalone_llama-8b");
    assert.equal(manifest.simulated, true);
    await assertReviewed(stack, "ocp-h100-mig");
    assert.equal((await asked())[0]?.["nvidia.com/gpu"], "1");
  });

  it("mixed: a slice is a resource of its own, on a node with the card's label", async () => {
    await stack.changeGpus({ ...slice, strategy: "mixed" });
    // The strategy is no part of a run's id: with the same load there would be nothing to run, nor to wait for.
    const another = { ...short.workloadOverrides, "stages.seconds": 3 };
    const changes = { ...short, workloadOverrides: another, cluster: { migStrategy: "mixed" } };
    stack.checkout.committed("ocp-h100-mig", changes);
    const { stdout } = await stack.checkout.bench("preview", "ocp-h100-mig");
    assert.match(stdout, /2 nvidia\.com\/mig-3g\.40gb in total, 2 free, 1 asked for/);
    await up();
    const runs = [...stack.checkout.runs("ocp-h100-mig").values()];
    assert.deepEqual(
      runs.map((manifest) => manifest?.status),
      ["complete", "complete"],
    );
    const limits = await asked();
    assert.equal(limits.length, 1);
    assert.equal(limits[0]?.["nvidia.com/mig-3g.40gb"], "1");
    assert.equal(limits[0]?.["nvidia.com/gpu"], undefined);
  });

  it("destroy leaves nothing in the cluster", async () => {
    const { code, stderr } = await stack.checkout.bench("destroy", "ocp-h100-mig");
    assert.equal(code, 0, stderr);
    await stack.removeSurroundings();
    assert.deepEqual(await stack.checkout.leftovers(), []);
  });
});
