import assert from "node:assert/strict";
import { gpuNames } from "../../scenario/availability.ts";
import { findGpu, gpus } from "../../scenario/gpus.ts";

describe("catalogue of GPUs", () => {
  it("has each name once, and every number above zero", () => {
    assert.equal(new Set(gpus.map(({ name }) => name)).size, gpus.length);
    for (const { memoryGiB, bandwidthGBs, bf16Tflops } of gpus)
      assert.ok(Math.min(memoryGiB, bandwidthGBs, bf16Tflops) > 0);
  });

  it("makes slices of what their card has, and no slice more than the card", () => {
    for (const gpu of gpus) {
      if (!gpu.mig) continue;
      const parent = findGpu(gpu.mig.parent)!;
      assert.ok(
        gpu.memoryGiB <= parent.memoryGiB &&
          gpu.bandwidthGBs <= parent.bandwidthGBs &&
          gpu.bf16Tflops <= parent.bf16Tflops,
      );
      assert.equal(gpu.link, null);
      assert.equal(gpu.labels.gfd, `${parent.labels.gfd}-MIG-${gpu.mig.profile}`);
      // The name says decimal-looking GB of a card that is sold as 40 or 80: CUDA sees a little less in GiB, never more.
      const named = Number(/\.(\d+)gb$/.exec(gpu.mig.profile)![1]);
      assert.ok(gpu.memoryGiB <= named && gpu.memoryGiB > 0.9 * named, gpu.name);
    }
  });

  it("works out a slice by hand: h100-80-mig-3g.40gb has 4 of 8 memory slices and 60 of 132 SMs", () => {
    const slice = findGpu("h100-80-mig-3g.40gb")!;
    assert.equal(slice.bandwidthGBs, 1675);
    assert.ok(Math.abs(slice.bf16Tflops - 449.7) < 0.1);
    assert.deepEqual(slice.labels, {
      gke: { accelerator: "nvidia-h100-80gb", partition: "3g.40gb" },
      gfd: "NVIDIA-H100-80GB-HBM3-MIG-3g.40gb",
    });
  });

  it("names them shortly in messages, slices in braces", () => {
    assert.equal(gpuNames([findGpu("l40")!, findGpu("l40s")!]), "l40, l40s");
    assert.ok(
      gpuNames(gpus).includes("h100-80, h100-80-mig-{1g.10gb,1g.20gb,2g.20gb,3g.40gb,4g.40gb,7g.80gb}, h200-141, l40"),
    );
  });
});
