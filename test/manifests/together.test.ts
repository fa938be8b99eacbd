import assert from "node:assert/strict";
import type { V1ConfigMap, V1Job } from "@kubernetes/client-node";
import type { HarnessPlan } from "../../harness/plan.ts";
import type { SourceBundle } from "../../manifests/kubernetesObject.ts";
import { stackManifests } from "../../manifests/stackManifests.ts";
import { plannedRuns } from "../../run/plannedRun.ts";
import { scenarioOf } from "./stacks.ts";

const bundle = (program: SourceBundle["program"]): SourceBundle => ({ program, sha256: "0".repeat(64), code: "" });

describe("the Jobs of targets that are loaded at once", () => {
  const scenario = scenarioOf({
    ...{ platform: "kind", gpu: "h100-80", model: "llama-8b", method: "simulated", repetitions: 1, together: true },
    targets: [{ name: "a" }, { name: "b" }],
  });
  const manifests = stackManifests(
    scenario,
    { harness: bundle("harness"), simulator: bundle("simulator") },
    { hfToken: false },
  );
  const objectsOf = (attempt: number) =>
    plannedRuns(scenario).map((run) => {
      const [config, job] = manifests.runOf({ ...run, attempt }).objects as [V1ConfigMap, V1Job];
      return { run, job, plan: JSON.parse(config.data?.["plan.json"] ?? "") as HarnessPlan };
    });
  const [alone, , together, other] = objectsOf(1);

  it("meet in a folder of the claim that no run has, and that another attempt does not have", () => {
    const { barrier } = together?.plan ?? {};
    assert.match(String(barrier?.folder), /^\/requests\/\.together-[0-9a-f]{8}-r1$/);
    assert.deepEqual([barrier?.name, barrier?.names], ["a", ["a", "b"]]);
    assert.deepEqual({ ...other?.plan.barrier, name: "a" }, barrier);
    assert.match(String(objectsOf(2)[2]?.plan.barrier?.folder), /-r1-a2$/);
  });

  it("are bound to one node, since the claim can be on one only, and only with their own group", () => {
    const { affinity } = together?.job.spec?.template.spec ?? {};
    const [term] = affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    assert.equal(term?.topologyKey, "kubernetes.io/hostname");
    const labels = other?.job.spec?.template.metadata?.labels ?? {};
    for (const [key, value] of Object.entries(term?.labelSelector?.matchLabels ?? { none: "" }))
      assert.equal(labels[key], value);
    assert.ok(affinity?.podAntiAffinity, "away from engines, too");
  });

  it("have other prompts than alone, and the same as each other", () => {
    assert.notEqual(together?.plan.seed, alone?.plan.seed);
    assert.equal(together?.plan.seed, other?.plan.seed);
  });

  it("leave those of single runs as they were", () => {
    assert.equal(alone?.plan.barrier, undefined);
    assert.equal(alone?.job.spec?.template.spec?.affinity?.podAffinity, undefined);
    assert.ok(!Object.keys(alone?.job.metadata?.labels ?? {}).some((key) => key.endsWith("/group")));
  });
});
