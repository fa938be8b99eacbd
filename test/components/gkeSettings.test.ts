import assert from "node:assert/strict";
import fc from "fast-check";
import { gkeMachines } from "../../components/gkeMachines.ts";
import { gkeSettings } from "../../components/gkeSettings.ts";
import { gpus } from "../../scenario/gpus.ts";
import { configOf, settingsOf } from "./gkeStacks.ts";

describe("settings of a GKE cluster", () => {
  const refusal = (changes: Readonly<Record<string, string>>, stack = "a100") => {
    try {
      settingsOf(stack, changes);
    } catch (error) {
      return (error as Error).message;
    }
    return assert.fail(`${JSON.stringify(changes)} was taken`);
  };
  const offered =
    "a100-40, a100-40-mig-{1g.5gb,2g.10gb,3g.20gb,7g.40gb}, a100-80, a100-80-mig-{1g.10gb,2g.20gb,3g.40gb,7g.80gb}, " +
    "h100-80, h100-80-mig-{1g.10gb,1g.20gb,2g.20gb,3g.40gb,7g.80gb}, h200-141";

  it("the region follows from the zone", () => {
    assert.equal(settingsOf("a100", { zone: "northamerica-northeast2-c" }).region, "northamerica-northeast2");
  });

  it("defaults in Pulumi.yaml and in the code are the same", () => {
    const given = ["project", "zone", "gpu"].map((key) => `llm-bench-gke-cluster:${key}`);
    const few = Object.fromEntries(Object.entries(configOf("a100")).filter(([key]) => given.includes(key)));
    assert.deepEqual(gkeSettings(few, "a100"), settingsOf("a100"));
  });

  const refusals: [string, Readonly<Record<string, string>>, string][] = [
    [
      "a GPU that GKE has not",
      { gpu: "l40s" },
      `gke-cluster/Pulumi.a100.yaml: gpu is "l40s": GKE has no machine with it. Allowed: ${offered}. Choose one of these.`,
    ],
    [
      "a slice that GKE does not cut",
      { gpu: "h100-80-mig-4g.40gb" },
      `gke-cluster/Pulumi.a100.yaml: gpu is "h100-80-mig-4g.40gb": GKE has no machine with it. Allowed: ${offered}. Choose one of these.`,
    ],
    [
      "a typo",
      { gpu: "h10-80" },
      `gke-cluster/Pulumi.a100.yaml: gpu is "h10-80": no such GPU is known. Allowed: ${offered}. Did you mean "h100-80"?`,
    ],
    [
      "a number of cards that no machine has",
      { gpusPerNode: "3" },
      "gke-cluster/Pulumi.a100.yaml: gpusPerNode is 3: GKE has no machine with so many a100-40. Allowed: 1, 2, 4, 8. Choose one of these.",
    ],
    [
      "a single H100 on demand",
      { gpu: "h100-80" },
      'gke-cluster/Pulumi.a100.yaml: provisioning is "on-demand": a3-highgpu-1g exists as Spot and Flex-start VM only. ' +
        "Allowed: spot, flex-start. Choose one of these, or gpusPerNode: 8 (a whole a3-highgpu-8g).",
    ],
    [
      "a region for a zone",
      { zone: "us-central1" },
      'gke-cluster/Pulumi.a100.yaml: zone is "us-central1": it does not have the form that is needed. Allowed: a zone such as us-central1-a. Correct the value.',
    ],
    [
      "a minimum above the maximum",
      { minNodes: "2" },
      "gke-cluster/Pulumi.a100.yaml: minNodes is 2: it is above maxNodes (1). Allowed: 0 to 1. Lower it, or raise maxNodes.",
    ],
    [
      "Flex-start with repairs",
      { provisioning: "flex-start", campaign: "false" },
      "gke-cluster/Pulumi.a100.yaml: campaign is false: GKE takes Flex-start nodes only where it is not to repair them. " +
        "Allowed: true. Leave campaign out, or choose another provisioning.",
    ],
    [
      "a key with a typo",
      { provisoning: "spot" },
      'gke-cluster/Pulumi.a100.yaml: provisoning is "spot": there is no such setting. Allowed: project, zone, name, gpu, gpusPerNode, ' +
        "provisioning, minNodes, maxNodes, cpuMachineType, gpuDriver, campaign, network, subnetwork, workloadIdentity, " +
        "workloadIdentityFor. Did you mean provisioning?",
    ],
  ];
  for (const [what, changes, message] of refusals) it(`refuses ${what}`, () => assert.equal(refusal(changes), message));

  it("whatever is in a stack file, it is taken or refused in sentences that name file and key", () => {
    const key = fc.constantFrom(
      "zone",
      "name",
      "gpu",
      "gpusPerNode",
      "provisioning",
      "minNodes",
      "campaign",
      "network",
    );
    const value = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom("-1", "1e3", "true", "h100-80", "null", "{}"));
    fc.assert(
      fc.property(key, value, (name, text) => {
        try {
          settingsOf("a100", { [name]: text });
        } catch (error) {
          assert.match((error as Error).message, /^gke-cluster\/Pulumi\.a100\.yaml: \w+ is .+[.?]$/s);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("every GPU and slice that GKE labels has machines, and no other has", () => {
    for (const gpu of gpus) {
      const cards = gkeMachines(gpu).map((machine) => machine.gpus);
      // An H200 comes in whole machines only.
      const offered = gpu.family === "H200" ? [8] : [1, 2, 4, 8];
      assert.deepEqual(cards, gpu.labels.gke === null ? [] : offered, gpu.name);
      assert.equal(
        gkeMachines(gpu).every(({ machineType }) => /^a[23]-\w+gpu-\dg$/.test(machineType)),
        true,
      );
    }
  });
});
