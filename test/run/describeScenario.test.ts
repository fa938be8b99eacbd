import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeScenario } from "../../run/describeScenario.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import { isSimulated } from "../../scenario/simulated.ts";
import { clusterStacks, fixedRuns, readStack, scenarioOf } from "../manifests/stacks.ts";
import { llmdScenario, llmdScenarios } from "../scenario/llmdScenarios.ts";

const folder = join(import.meta.dirname, "..", "golden", "describe");
const described = (scenario: Scenario) =>
  describeScenario(
    scenario,
    fixedRuns(scenario).map((run) => ({ ...run, fingerprint: run.runId })),
  );

const ocp = { platform: "ocp", gpu: "h100-80", model: "llama-8b", method: "standalone" };
const scenarios: ReadonlyMap<string, Scenario> = new Map([
  ...["local", "engines", ...clusterStacks].map((stack) => [stack, readStack(stack)] as const),
  [
    "two-engines",
    scenarioOf({ ...ocp, targets: [{ name: "one" }, { name: "two", gpu: "l40s", engine: { maxModelLen: 8192 } }] }),
  ],
  ...[
    "ocp_H100_modelservice_PD",
    "kind-simulated",
    "standalone-against-llm-d",
    "two-models-behind-istio",
    "wide-expert-parallel",
  ].map((name) => [name, llmdScenario(llmdScenarios[name] ?? {})] as const),
  [
    "existing",
    scenarioOf({
      platform: "kind",
      targets: [{ name: "theirs", method: "existing", url: "http://llm.serving.svc:8000", servedModel: "m" }],
      cluster: { context: "lab", namespace: "bench", createNamespace: false },
      workloadOverrides: { "stages.seconds": 5 },
    }),
  ],
]);

/** UPDATE_GOLDEN=1 writes the files anew; read the difference before you commit it. */
describe("what a preview says of a scenario", () => {
  for (const [name, scenario] of scenarios) {
    it(`${name} is as it was read`, () => {
      const file = join(folder, `${name}.txt`);
      const text = `${described(scenario)}\n`;
      if (process.env.UPDATE_GOLDEN) writeFileSync(file, text);
      assert.equal(text, readFileSync(file, "utf8"));
    });
  }

  it("says SIMULATED in its title where an engine is, and nowhere else", () => {
    for (const [name, scenario] of scenarios) {
      const simulated = scenario.targets.some(isSimulated);
      assert.equal(/SIMULATED/.test(described(scenario).split("\n")[0] as string), simulated, name);
    }
  });

  it("adds up GPUs and dollars of engines that stand side by side", () => {
    const price = { usdPerGpuHour: 2.5, source: "a test", asOf: "2026-11-22" };
    const targets = [{ name: "a" }, { name: "b", gpuCount: 2 }];
    const text = described(scenarioOf({ ...ocp, targets, prices: { "h100-80": price } }));
    assert.match(text, /GPUs +3 x h100-80 together; 2 x h100-80 with \.\/bench compare --in-turn/);
    assert.match(text, /cost +\$7\.50 per hour while deployed \(h100-80 at \$2\.5: a test, 2026-11-22\)/);
  });
});
