import assert from "node:assert/strict";
import { mixedMigResource, platformOf } from "../../platform/index.ts";
import { findGpu, gpus } from "../../scenario/gpus.ts";
import { platforms } from "../../scenario/schema.ts";

const place = (platform: "gke" | "ocp", gpu: string, count = 1) =>
  platformOf(platform).gpuPlacement(findGpu(gpu)!, count);

describe("platforms", () => {
  it("answer to their names", () => {
    for (const name of platforms) assert.equal(platformOf(name).name, name);
  });

  it("place a GPU on GKE by accelerator, and a slice by partition size too", () => {
    assert.deepEqual(place("gke", "a100-40").nodeSelector, { "cloud.google.com/gke-accelerator": "nvidia-tesla-a100" });
    assert.deepEqual(place("gke", "a100-80").nodeSelector, { "cloud.google.com/gke-accelerator": "nvidia-a100-80gb" });
    assert.deepEqual(place("gke", "h100-80-mig-2g.20gb").nodeSelector, {
      "cloud.google.com/gke-accelerator": "nvidia-h100-80gb",
      "cloud.google.com/gke-gpu-partition-size": "2g.20gb",
    });
    assert.match(place("gke", "h100-80").env.LD_LIBRARY_PATH!, /^\/usr\/local\/nvidia\/lib64/);
  });

  it("place a GPU on OpenShift by the product that feature discovery writes", () => {
    const products = ["a100-40", "a100-80", "h100-80", "h100-80-mig-3g.40gb", "l40", "l40s"].map(
      (gpu) => place("ocp", gpu).nodeSelector["nvidia.com/gpu.product"],
    );
    assert.deepEqual(products, [
      ...["NVIDIA-A100-SXM4-40GB", "NVIDIA-A100-SXM4-80GB", "NVIDIA-H100-80GB-HBM3"],
      ...["NVIDIA-H100-80GB-HBM3-MIG-3g.40gb", "NVIDIA-L40", "NVIDIA-L40S"],
    ]);
    assert.deepEqual(place("ocp", "h100-80", 4).resources, { "nvidia.com/gpu": "4" });
    assert.equal(mixedMigResource(findGpu("h100-80-mig-3g.40gb")!), "nvidia.com/mig-3g.40gb");
    assert.equal(mixedMigResource(findGpu("h100-80")!), null);
  });

  it("have no L40 on GKE and no GPU on kind and local, and refuse to place one", () => {
    assert.ok(platformOf("gke").gpus.every(({ family }) => family !== "L40" && family !== "L40S"));
    assert.throws(() => place("gke", "l40s"), /gke has no GPU l40s/);
    for (const name of ["kind", "local"] as const) {
      assert.deepEqual(platformOf(name).gpus, []);
      assert.throws(() => platformOf(name).gpuPlacement(gpus[0]!, 1), /has no GPU/);
    }
  });

  it("place every GPU they list, on labels that select it", () => {
    for (const name of ["gke", "ocp"] as const) {
      const { gpus: listed, gpuPlacement } = platformOf(name);
      const selectors = listed.map((gpu) => JSON.stringify(gpuPlacement(gpu, 1).nodeSelector));
      assert.equal(new Set(selectors).size, listed.length);
    }
  });

  it("know what watches metrics: PodMonitoring on GKE, PodMonitor on OpenShift, nothing elsewhere", () => {
    assert.deepEqual(
      platforms.map((name) => platformOf(name).monitoring.kind),
      ["PodMonitoring", "PodMonitor", "none", "none"],
    );
  });
});
