import assert from "node:assert/strict";
import type { V1Job } from "@kubernetes/client-node";
import type { SourceBundle } from "../../manifests/kubernetesObject.ts";
import { stackManifests } from "../../manifests/stackManifests.ts";
import { followSeconds } from "../../run/clusterRun.ts";
import { plannedRuns } from "../../run/plannedRun.ts";
import { readScenario } from "../../run/readScenario.ts";

const bundle = (program: SourceBundle["program"]): SourceBundle => ({ program, sha256: "0".repeat(64), code: "" });
const bundles = { harness: bundle("harness"), simulator: bundle("simulator") };

describe("the wait for a run's Job", () => {
  for (const [harness, spareSeconds] of [
    ["llmbench", 1260],
    ["guidellm", 900],
    ["vllm-benchmark", 900],
  ] as const)
    it(`of ${harness} ends after the Job's own deadline and its pod's grace`, () => {
      const values = {
        ...{ platform: "kind", gpu: "h100-80", method: "simulated", model: "llama-8b", harness },
        harnessSettings: { waitTimeoutSeconds: 3000 },
      };
      const raw = { values, hasHfToken: true, hasClusterToken: false, apiKeyNames: [] };
      const scenario = readScenario(raw, "waiting", "required", {});
      const [run] = plannedRuns(scenario);
      assert.ok(run);
      const { objects } = stackManifests(scenario, bundles, { hfToken: true }).runOf({ ...run, attempt: 1 });
      const job = objects.find(({ kind }) => kind === "Job") as V1Job;
      const deadline = job.spec?.activeDeadlineSeconds ?? Number.POSITIVE_INFINITY;
      const grace = job.spec?.template.spec?.terminationGracePeriodSeconds ?? Number.POSITIVE_INFINITY;
      assert.ok(followSeconds(scenario) >= deadline + grace + 60, `${followSeconds(scenario)} s`);
      assert.equal(deadline, 3000 + spareSeconds);
    });
});
