import assert from "node:assert/strict";
import { readScenario } from "../../run/readScenario.ts";
import { ScenarioError } from "../../scenario/userError.ts";

const raw = (values: Record<string, unknown>) => ({
  values: { platform: "kind", gpu: "h100-80", model: "llama-8b", method: "simulated", ...values },
  hasHfToken: false,
  hasClusterToken: false,
  apiKeyNames: [],
});
const gated = raw({ platform: "ocp", method: "standalone" });

describe("the scenario as a call means it", () => {
  it("is what the stack file says", () => {
    const { stack, mode } = readScenario(raw({ mode: "debug" }), "x", "required", {});
    assert.deepEqual([stack, mode], ["x", "debug"]);
  });

  it("LLMBENCH_MODE stands for the file's mode, an empty one for none", () => {
    assert.equal(readScenario(raw({ mode: "debug" }), "x", "required", { LLMBENCH_MODE: "standup" }).mode, "standup");
    assert.equal(readScenario(raw({}), "x", "required", { LLMBENCH_MODE: "" }).mode, "benchmark");
  });

  it("a wrong LLMBENCH_MODE is refused like a wrong key", () =>
    assert.throws(
      () => readScenario(raw({}), "x", "required", { LLMBENCH_MODE: "sleep" }),
      /mode is "sleep".*benchmark, standup, debug/s,
    ));

  it("HF_TOKEN stands for the secret hfToken, an empty one for none; its text is nowhere in the scenario", () => {
    const scenario = readScenario(gated, "x", "required", { HF_TOKEN: "hf_marker" });
    assert.ok(!JSON.stringify(scenario).includes("hf_marker"));
    assert.throws(() => readScenario(gated, "x", "required", { HF_TOKEN: "" }), ScenarioError);
  });

  it("without a token a preview warns where up refuses", () => {
    assert.throws(() => readScenario(gated, "x", "required", {}), /Pulumi\.x\.yaml: hfToken is missing/);
    assert.match(readScenario(gated, "x", "warn", {}).warnings.join(), /hfToken is missing/);
  });
});
