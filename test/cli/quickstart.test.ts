import assert from "node:assert/strict";
import { type QuickstartOptions, stackFileText } from "../../cli/quickstart.ts";
import { rawFromStackFile } from "../../scenario/config.ts";
import { parseScenario } from "../../scenario/parse.ts";
import { workloadOf } from "../../workloads/index.ts";

/** What the file that would be written means, with a token given. */
function scenario(models: readonly string[], options: Partial<QuickstartOptions> & { platform: string }) {
  const text = stackFileText(models, { preview: true, verbose: false, ...options });
  const raw = { ...rawFromStackFile(text, "Pulumi.q.yaml"), hasHfToken: true };
  return parseScenario(raw, { stack: "q", file: "Pulumi.q.yaml" });
}

describe("the stack file of a quickstart", () => {
  it("is a valid stack on every platform, with a workload that exists", () => {
    for (const platform of ["local", "kind", "gke", "ocp"]) {
      const parsed = scenario(["llama-8b"], { platform });
      assert.equal(parsed.platform, platform);
      assert.equal(parsed.targets[0].method, platform === "local" || platform === "kind" ? "simulated" : "standalone");
      assert.equal(workloadOf(parsed).name, parsed.workload.profile);
    }
  });

  it("names a target for each of several models, whatever stands in their names", () => {
    const models = ["llama-8b", "Qwen/Qwen3-8B", "qwen2.5-7b"];
    const { targets } = scenario(models, { platform: "gke" });
    assert.deepEqual(
      targets.map(({ name }) => name),
      ["llama-8b", "qwen3-8b", "qwen2-5-7b"],
    );
    for (const { name } of targets) assert.match(name, /^[a-z]([-a-z0-9]{0,28}[a-z0-9])?$/);
  });

  it("gives a model as many GPUs as its weights need, and no more", () => {
    const { targets } = scenario(["llama-8b", "llama-70b"], { platform: "ocp" });
    const gpus = targets.map((target) => (target.method === "existing" ? null : target.gpuCount));
    assert.equal(gpus[0], 1);
    assert.ok((gpus[1] as number) >= 2, `${gpus[1]} GPUs for 141 GB of weights`);
  });

  it("takes GPU, method and workload as they are given", () => {
    const parsed = scenario(["llama-3b"], { platform: "ocp", gpu: "l40s", method: "simulated", workload: "local" });
    const [target] = parsed.targets;
    assert.ok(target.method === "simulated");
    assert.deepEqual([target.gpu.name, parsed.workload.profile], ["l40s", "local"]);
  });

  it("serves several models by llm-d, and loads them together, where there is a cluster for it", () => {
    const models = ["llama-8b", "qwen3-8b"];
    for (const platform of ["kind", "gke", "ocp"]) {
      const parsed = scenario(models, { platform, method: "llm-d", together: true });
      assert.deepEqual([...new Set(parsed.targets.map(({ method }) => method))], ["llm-d"]);
      assert.equal(parsed.together, true);
    }
    assert.equal(scenario(models, { platform: "kind" }).together, false);
    assert.throws(() => scenario(models, { platform: "local", together: true }), /choose platform gke, ocp or kind/);
    assert.throws(() => scenario(["llama-8b"], { platform: "gke", together: true }), /add a target to targets/);
  });

  it("a model, GPU or platform that there is not is refused with what there is", () => {
    assert.throws(() => scenario(["no-model"], { platform: "local" }), /no such model is known.*llama-8b/s);
    assert.throws(() => scenario(["llama-8b"], { platform: "ocp", gpu: "t4" }), /no such GPU is known.*l40s/s);
    assert.throws(() => scenario(["llama-8b"], { platform: "mars" }), /Allowed: gke, ocp, kind, local/);
  });
});
