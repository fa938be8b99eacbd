import assert from "node:assert/strict";
import type { Target } from "../../scenario/scenario.ts";
import { scaleUnit, targetGpus } from "../../scenario/targetGpus.ts";
import * as scenarios from "./llmdScenarios.ts";

const first = (values: Readonly<Record<string, unknown>>) => scenarios.llmdScenario(values).targets[0];

describe("GPUs of a target", () => {
  it("of an llm-d with prefill pods are those of both roles, which grow as a whole", () => {
    assert.deepEqual(scaleUnit(first(scenarios.ocpH100PD)), { gpus: 8, count: 1 });
    assert.deepEqual(scaleUnit(first(scenarios.wideExpertParallel)), { gpus: 24, count: 1 });
  });

  it("of an llm-d without are those of its decode replicas, which grow one by one", () => {
    assert.deepEqual(scaleUnit(first(scenarios.ocpH100Llama70b)), { gpus: 4, count: 2 });
    const nodes = { ...scenarios.wideExpertParallel, llmd: { decode: { dataParallel: 16, nodes: 2, replicas: 3 } } };
    assert.deepEqual(scaleUnit(first(nodes)), { gpus: 16, count: 3 });
  });

  it("of a standalone engine are those of its replicas", () => {
    const values = { ...scenarios.ocpH100Llama70b, method: "standalone" };
    const target = first(values);
    assert.ok(target.method === "standalone");
    assert.deepEqual([scaleUnit(target), targetGpus(target)], [{ gpus: 4, count: 2 }, 8]);
  });

  it("of an existing engine are what its gpuCount says, and unknown without one", () => {
    const existing = { name: "a", method: "existing", url: "http://h", servedModel: "m" } as unknown as Target;
    assert.deepEqual(scaleUnit({ ...existing, gpuCount: 8 } as Target), { gpus: 8, count: 1 });
    assert.equal(scaleUnit({ ...existing, gpuCount: null } as Target), null);
    assert.equal(scaleUnit(existing), null, "as another version recorded it");
  });
});
