import assert from "node:assert/strict";
import { kvBytesPerToken, kvHeadsPerGpu, paramGroups, splits, weightBytes } from "../../scenario/modelSize.ts";
import { models } from "../../scenario/models.ts";

describe("catalogue of models", () => {
  const byAlias = Object.fromEntries(models.map((model) => [model.alias, model]));

  for (const model of models) {
    it(`${model.alias}: the hub's parameter count follows from the architecture`, () => {
      const { embedding, outputLayer, attention, sharedFfn, routedExperts } = paramGroups(model);
      const total = embedding + outputLayer + attention + sharedFfn + routedExperts;
      const idle = model.moe ? routedExperts * (1 - model.moe.activeExperts / model.moe.experts) : 0;
      // Norms and biases are left out: 0.02 %. Scout's vision tower (0.87 B) is not part of the text model.
      const vision = model.alias === "llama-17b" ? 870e6 : 0;
      assert.ok(
        Math.abs((total + vision) / model.totalParams - 1) < 2e-4,
        `${total + vision} for ${model.totalParams}`,
      );
      assert.ok(Math.abs((total - idle) / model.activeParams - 1) < 2e-4, `${total - idle} for ${model.activeParams}`);
    });

    it(`${model.alias}: heads and precision make sense`, () => {
      assert.ok(model.activeParams <= model.totalParams);
      assert.equal(model.activeParams === model.totalParams, model.moe === null);
      assert.equal(model.attentionHeads % model.kvHeads, 0);
      assert.equal(model.bf16Params === model.totalParams, model.precision === "bf16");
      assert.equal(new URL(model.name, "https://huggingface.co/").pathname, `/${model.name}`);
    });
  }

  it("has each alias and name once, and the aliases that users know from llm-d-benchmark", () => {
    const names = models.flatMap(({ alias, name }) => [alias, name]);
    assert.equal(new Set(names).size, names.length);
    for (const alias of ["llama-1b", "llama-3b", "llama-8b", "llama-70b", "llama-17b"]) assert.ok(byAlias[alias]);
  });

  it("takes 8B at 2 bytes, 16.06 GB, and Scout at about 109 B to load and 17 B to use", () => {
    assert.equal(weightBytes(byAlias["llama-8b"]!), 2 * 8_030_261_248);
    const scout = byAlias["llama-17b"]!;
    assert.equal(Math.round(scout.totalParams / 1e9), 109);
    assert.equal(Math.round(scout.activeParams / 1e9), 17);
    // One byte for 102.7 B in experts, two for the remaining 5.97 B.
    assert.equal(Math.round(weightBytes(scout) / 1e9), 115);
  });

  it("computes KV bytes per token by hand: 8B has 2 x 32 layers x 8 heads x 128 x 2 bytes", () => {
    const model = byAlias["llama-8b"]!;
    assert.equal(kvBytesPerToken(model, 1, "auto"), 131_072);
    assert.equal(kvBytesPerToken(model, 1, "fp8"), 65_536);
    assert.equal(kvBytesPerToken(model, 4, "auto"), 32_768);
    assert.equal(kvBytesPerToken(byAlias["llama-1b"]!, 1, "auto"), 32_768);
    assert.equal(kvBytesPerToken(byAlias["qwen2.5-7b"]!, 1, "auto"), 57_344);
  });

  it("copies KV heads once there are more GPUs than heads", () => {
    const model = byAlias["qwen2.5-7b"]!; // 4 KV heads
    assert.deepEqual(
      [1, 2, 4, 8].map((tp) => kvHeadsPerGpu(model, tp)),
      [4, 2, 1, 1],
    );
    assert.equal(kvBytesPerToken(model, 8, "auto"), kvBytesPerToken(model, 4, "auto"));
    assert.deepEqual(
      [1, 2, 3, 4, 7, 8].map((tp) => splits(model, tp)),
      [true, true, false, true, false, false],
    );
  });
});
