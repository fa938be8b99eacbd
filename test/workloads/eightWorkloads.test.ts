import assert from "node:assert/strict";
import { sampleLength, sampleOutput } from "../../harness/distribution.ts";
import { purposes, streamKey } from "../../harness/random.ts";
import { rawFromStackFile } from "../../scenario/config.ts";
import { parseScenario } from "../../scenario/parse.ts";
import { imageTokens } from "../../simulator/imageTokens.ts";
import { loadProfile, workloadOf } from "../../workloads/index.ts";

type Length = "short" | "medium" | "long";
type Spread = "low" | "medium" | "high";

/** The documents' table; null where it says nothing. docs/workloads.md has the bounds. */
const table: Record<string, { isl: Length; isv: Spread | null; osl: Length; osv: Spread }> = {
  "interactive-chat": { isl: "medium", isv: "high", osl: "medium", osv: "medium" },
  "text-classification": { isl: "medium", isv: null, osl: "short", osv: "low" },
  "image-classification": { isl: "long", isv: "low", osl: "short", osv: "low" },
  "summarization-rag": { isl: "long", isv: "high", osl: "short", osv: "medium" },
  "text-generation": { isl: "short", isv: "high", osl: "long", osv: "medium" },
  translation: { isl: "medium", isv: "high", osl: "medium", osv: "medium" },
  "code-completion": { isl: "long", isv: "high", osl: "short", osv: "medium" },
  "code-generation": { isl: "long", isv: "high", osl: "medium", osv: "high" },
};

function moments(values: readonly number[]): { mean: number; variation: number } {
  const mean = values.reduce((a, b) => a + b) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, variation: Math.sqrt(variance) / mean };
}
const lengthOf = (mean: number): Length => (mean <= 256 ? "short" : mean <= 1280 ? "medium" : "long");
const spreadOf = (variation: number): Spread => (variation < 0.3 ? "low" : variation <= 0.6 ? "medium" : "high");
const load = (profile: string) =>
  loadProfile({ harness: "llmbench", profile, overrides: {}, file: "Pulumi.test.yaml" });

/** Tokens in and out of many requests, by the draws that a run makes. */
function sample(profile: string): { input: number[]; own: number[]; output: number[] } {
  const { data } = load(profile);
  assert.ok(data.type === "synthetic");
  const [inKey, outKey, sizeKey] = [purposes.inputLength, purposes.outputLength, purposes.imageSize].map((purpose) =>
    streamKey(1, 0, purpose),
  );
  const lengths = Array.from({ length: 20_000 }, (_, i) => {
    const own = sampleLength(data.inputTokens, inKey!, i);
    const pixels = (side: { min: number; max: number }, which: number) =>
      sampleLength({ type: "uniform", ...side }, sizeKey!, 2 * i + which);
    const picture = data.images ? imageTokens(pixels(data.images.width, 0), pixels(data.images.height, 1)) : 0;
    const input = own + (data.sharedPrefix?.tokens ?? 0) + picture * (data.images?.count ?? 0);
    return { own, input, output: sampleOutput(data.outputTokens, outKey!, i, own) };
  });
  return {
    input: lengths.map(({ input }) => input),
    own: lengths.map(({ own }) => own),
    output: lengths.map(({ output }) => output),
  };
}

describe("the eight workloads", () => {
  for (const [name, expected] of Object.entries(table)) {
    it(`${name} has the lengths and spreads of its row`, () => {
      const { input, output } = sample(name);
      const [isl, osl] = [moments(input), moments(output)];
      const shown = `in ${isl.mean.toFixed(0)} (${isl.variation.toFixed(2)}), out ${osl.mean.toFixed(0)} (${osl.variation.toFixed(2)})`;
      assert.equal(lengthOf(isl.mean), expected.isl, shown);
      if (expected.isv) assert.equal(spreadOf(isl.variation), expected.isv, shown);
      assert.equal(lengthOf(osl.mean), expected.osl, shown);
      assert.equal(spreadOf(osl.variation), expected.osv, shown);
    });

    it(`${name} fits the context and the time that a scenario has unless it says otherwise`, () => {
      for (const model of ["llama-8b", "qwen3-8b", "qwen2.5-7b"]) {
        const text = `config: { "llm-bench:platform": local, "llm-bench:gpu": h100-80, "llm-bench:model": ${model}, "llm-bench:workload": ${name} }`;
        const scenario = parseScenario(rawFromStackFile(text), { stack: "test", file: "Pulumi.test.yaml" });
        assert.equal(workloadOf(scenario).name, name);
      }
    });
  }

  it("image-classification is refused for a model that reads text only, unless it is simulated", () => {
    const scenario = (model: string) => {
      const config = {
        platform: "ocp",
        harness: "llmbench",
        gpu: "h100-80",
        gpuCount: 2,
        method: "standalone",
        model,
        workload: "image-classification",
      };
      const entries = Object.entries(config).map(([key, value]) => [`llm-bench:${key}`, value]);
      const text = JSON.stringify({
        config: { ...Object.fromEntries(entries), "llm-bench:hfToken": { secure: "AAAB" } },
      });
      return parseScenario(rawFromStackFile(text), { stack: "test", file: "Pulumi.test.yaml" });
    };
    assert.equal(workloadOf(scenario("llama-17b")).name, "image-classification");
    assert.throws(() => workloadOf(scenario("llama-8b")), {
      message:
        'Pulumi.test.yaml: workload is "image-classification": its requests hold images, and llama-8b reads text only. Allowed: with llama-17b, or a modelSpec. Choose a model that reads images, or method simulated.',
    });
  });

  it("translation answers as long as its prompt, request by request", () => {
    const { own, output } = sample("translation");
    const { data } = load("translation");
    assert.ok(data.outputTokens.type === "relative");
    const { min, max } = data.outputTokens;
    const uncut = own.flatMap((length, i) => {
      const answer = output[i]!;
      return length >= 100 && length < 800 && answer > min && answer < max ? [answer / length] : [];
    });
    const { mean, variation } = moments(uncut);
    assert.ok(uncut.length > 10_000 && Math.abs(mean - 1.05) < 0.01, `${mean}`);
    assert.ok(Math.abs(mean * variation - 0.15) < 0.01, `${mean * variation}`);
    assert.ok(Math.max(...output) <= max && Math.min(...output) >= min);
  });
});
