import assert from "node:assert/strict";
import { gatewayRelease, modelServiceRelease, routerRelease } from "../../manifests/llmd/llmdNames.ts";
import type { LlmdTarget, Scenario } from "../../scenario/scenario.ts";
import { llmdScenario, llmdScenarios, standaloneAgainstLlmd, twoModelsBehindIstio } from "../scenario/llmdScenarios.ts";
import { deployed, token } from "./deployment.ts";
import { only } from "./pulumiMocks.ts";

const releaseType = "kubernetes:helm.sh/v3:Release";
const llmdTargets = ({ targets }: Scenario) => targets.filter((one): one is LlmdTarget => one.method === "llm-d");

describe("components of llm-d", function () {
  this.timeout(60_000);

  for (const [name, values] of Object.entries(llmdScenarios)) {
    it(`${name}: every target has its releases, uninstalled and not just dropped with the namespace`, async () => {
      const scenario = llmdScenario(values);
      const { resources } = await deployed(scenario);
      const releases = resources.filter(({ type }) => type === releaseType);
      const names = releases.map(({ inputs }) => inputs.name).sort();
      const targets = llmdTargets(scenario);
      const gateways = targets.some(({ llmd }) => llmd.gateway !== "none") ? [gatewayRelease(scenario)] : [];
      const wanted = [...gateways, ...targets.flatMap((one) => [modelServiceRelease(one), routerRelease(one)])];
      assert.deepEqual(names, wanted.sort());
      for (const { options, inputs } of releases) {
        assert.equal(options.deletedWith, null);
        assert.ok(!JSON.stringify(inputs).includes(token), "no secret in values");
        assert.ok(!JSON.stringify(inputs).includes('"secret":'), "nothing secret is among a release's inputs");
      }
    });
  }

  it("one gateway is shared by all models, and there before each", async () => {
    const scenario = llmdScenario(twoModelsBehindIstio);
    const { resources } = await deployed(scenario);
    const gateway = only(resources, releaseType, `shared-${gatewayRelease(scenario)}`);
    for (const target of llmdTargets(scenario)) {
      const router = only(resources, releaseType, `engine-${target.name}-${routerRelease(target)}`);
      assert.ok(router.options.dependsOn.includes(gateway.name), router.options.dependsOn.join());
    }
  });

  it("a standalone engine beside it keeps the names that it has alone", async () => {
    const scenario = llmdScenario(standaloneAgainstLlmd);
    const { resources } = await deployed(scenario);
    const alone = scenario.targets.find(({ method }) => method === "standalone");
    only(resources, "llmbench:components:VllmStandalone", `engine-${alone?.name}`);
    only(resources, "kubernetes:apps/v1:Deployment", `engine-${alone?.name}-deployment`);
  });
});
