import assert from "node:assert/strict";
import { Checkout } from "./checkout.ts";

const laptop = { platform: "local", gpu: "h100-80", model: "llama-8b", method: "simulated", workload: "local" };

/** Cross-key mistakes, each through the whole of `pulumi preview`; the unit tests hold 100 more. */
const refused: [string, Record<string, unknown>, RegExp][] = [
  ["no L40 on GKE", { platform: "gke", gpu: "l40", model: "llama-8b", method: "standalone" }, /gpu is "l40"/],
  [
    "too big for the card",
    { platform: "gke", gpu: "a100-40", model: "llama-70b", method: "standalone" },
    /llama-70b|GiB/,
  ],
  [
    "MIG with tensor parallel",
    {
      platform: "ocp",
      gpu: "h100-80-mig-3g.40gb",
      model: "llama-3b",
      method: "standalone",
      engine: { tensorParallel: 2 },
    },
    /tensorParallel/,
  ],
  [
    "a Route where there are none",
    { platform: "gke", gpu: "a100-40", model: "llama-3b", method: "standalone", cluster: { expose: true } },
    /expose/,
  ],
  ["standalone on a laptop", { ...laptop, method: "standalone" }, /method is "standalone"/],
  ["an unknown profile", { ...laptop, workload: "concurency-sweep" }, /concurrency-sweep/],
  ["a misspelt override", { ...laptop, workloadOverrides: { "data.inputTokens.std": 3 } }, /stdDev/],
  ["two targets of one name", { ...laptop, targets: [{ name: "a" }, { name: "a" }] }, /name/],
  ["a key that is no key", { ...laptop, modell: "llama-8b" }, /modell/],
  ["a context shorter than the workload", { ...laptop, engine: { maxModelLen: 64 } }, /maxModelLen/],
];

describe("wrong scenarios in the real preview", () => {
  const checkout = new Checkout();
  after(() => checkout.remove());

  it("each is refused with one clear message and no stack trace", async () => {
    const stack = "bad";
    checkout.stack(stack, laptop);
    await checkout.pulumi("stack", "init", stack);
    for (const [name, config, message] of refused) {
      checkout.stack(stack, config);
      const { code, stdout, stderr } = await checkout.pulumi("preview", "--stack", stack);
      const text = stdout + stderr;
      assert.notEqual(code, 0, `${name}: ${text}`);
      assert.match(text, message, name);
      assert.match(text, new RegExp(`Pulumi\\.${stack}\\.yaml`), name);
      assert.doesNotMatch(text, /^\s+at .*\.[jt]s:\d+/m, `${name}: a stack trace in ${text}`);
    }
  });
});
