import assert from "node:assert/strict";
import type { HarnessPlan } from "../../harness/plan.ts";
import { checkPlan } from "../../harness/readPlan.ts";
import { testPlan } from "./testPlan.ts";

const good = (): Record<string, unknown> => JSON.parse(JSON.stringify(testPlan("http://127.0.0.1:8000")));

/** The plan with the value at the dotted path replaced; undefined removes it. */
function broken(path: string, value: unknown): unknown {
  const plan = good();
  const keys = path.split(".");
  let at: Record<string, unknown> = plan;
  for (const key of keys.slice(0, -1)) at = at[key] as Record<string, unknown>;
  at[keys.at(-1)!] = value;
  return JSON.parse(JSON.stringify(plan));
}

describe("checkPlan", () => {
  it("takes a good plan as it is", () => {
    const plan = good();
    assert.equal(checkPlan(plan), plan);
  });

  const refusals: [string, unknown, RegExp][] = [
    ["formatVersion", 2, /^formatVersion: 2 is not allowed here; give 1$/],
    ["runId", undefined, /^runId: nothing is not allowed/],
    ["seed", -1, /^seed: -1 .* whole number from 0 to 9007199254740991$/],
    ["seed", 1.5, /^seed: 1.5/],
    ["api", "embeddings", /^api: "embeddings" .* "chat" or "completions"$/],
    ["stream", "yes", /^stream: "yes" .* true or false$/],
    ["target.baseUrl", "127.0.0.1:8000", /^target\.baseUrl: .* http:\/\/ or https:\/\//],
    ["target.baseUrl", "http://h/v1", /^target\.baseUrl: .* the part before "\/v1"/],
    ["target.baseUrl", "http://me:secret@h", /^target\.baseUrl: "\(hidden\)" .* without user and password/],
    ["target.model", "", /^target\.model: ""/],
    ["extraBody", [], /^extraBody: \[\] /],
    ["extraBody", { max_tokens: 5 }, /^extraBody\.max_tokens: 5 .* the generator sets itself$/],
    ["data.type", "sharegpt", /^data\.type: "sharegpt" .* "synthetic" or "file"$/],
    ["data.form", "tokenIds", /^data\.form: "tokenIds" .* api "completions"/],
    [
      "data.path",
      "x.txt",
      /^data\.path: "x\.txt" .* only type, form, inputTokens, outputTokens, sharedPrefix, images$/,
    ],
    ["data.inputTokens", { type: "normal", mean: 5, std: 1, min: 1, max: 9 }, /^data\.inputTokens\.std: 1 .* only/],
    ["data.inputTokens", { type: "uniform", min: 9, max: 3 }, /^data\.inputTokens\.max: 3 .* from 9 to/],
    ["data.outputTokens", { type: "fixed", value: 0 }, /^data\.outputTokens\.value: 0 .* from 1 to/],
    ["data.outputTokens", { type: "lognormal", mean: 5, min: 1, max: 9 }, /^data\.outputTokens\.stdDev: nothing/],
    ["data.sharedPrefix", { tokens: 5 }, /^data\.sharedPrefix\.groups: nothing/],
    ["data.outputTokens", { type: "gamma" }, /^data\.outputTokens\.type: "gamma" .* "lognormal" or "relative"$/],
    ["data.inputTokens", { type: "relative" }, /^data\.inputTokens\.type: "relative" .* or "lognormal"$/],
    [
      "data.outputTokens",
      { type: "relative", factorMean: 0, factorStdDev: 0, min: 1, max: 2 },
      /^data\.outputTokens\.factorMean: 0 /,
    ],
    [
      "data.outputTokens",
      { type: "relative", factorMean: 1, factorStdDev: 0, min: 3, max: 2 },
      /^data\.outputTokens\.max: 2 .* from 3 to/,
    ],
    ["data.images", { count: 0 }, /^data\.images\.count: 0 .* from 1 to 255$/],
    ["data.images", { count: 1, format: "jpeg" }, /^data\.images\.format: "jpeg" .* "png"$/],
    [
      "data.images",
      { count: 1, format: "png", width: { min: 64, max: 64 }, height: { min: 63, max: 64 } },
      /^data\.images\.height\.min: 63 .* from 64 to 4096$/,
    ],
    ["metrics", "http://h/metrics", /^metrics: "http:\/\/h\/metrics" .* an object with urls, or null for none$/],
    ["metrics", { url: "x" }, /^metrics\.url: "x" .* only urls$/],
    ["metrics", { urls: [] }, /^metrics\.urls: \[\] .* a list of 1 to 32 URLs, or metrics null for none$/],
    ["metrics", { urls: ["h:9090"] }, /^metrics\.urls\[0\]: "h:9090" .* http:\/\/ or https:\/\//],
    ["metrics", { urls: ["http://me:secret@h"] }, /^metrics\.urls\[0\]: "\(hidden\)" .* without user and password$/],
    [
      "barrier",
      { folder: "x", name: "a", names: ["a"], timeoutSeconds: 5 },
      /^barrier\.names: .* a list of 2 names or more/,
    ],
    ["barrier", { folder: "x", name: "c", names: ["a", "b"], timeoutSeconds: 5 }, /^barrier\.name: "c" .* "a" or "b"$/],
    ["barrier", { folder: "x", name: "a", names: ["a", "../b"], timeoutSeconds: 5 }, /^barrier\.names\[1\]: "\.\.\/b"/],
    ["warmup", { requests: 0, concurrency: 1 }, /^warmup\.requests: 0/],
    ["stages", [], /^stages: \[\] .* a list of 1 to 4095 stages$/],
    [
      "stages.0.load",
      { type: "burst" },
      /^stages\[0\]\.load\.type: "burst" .* "concurrency" or "constant" or "poisson"$/,
    ],
    ["stages.0.load", { type: "poisson", requestsPerSecond: 0 }, /^stages\[0\]\.load\.requestsPerSecond: 0/],
    [
      "stages.0.load",
      { type: "poisson", concurrency: 4 },
      /^stages\[0\]\.load\.concurrency: 4 .* only type, requestsPerSecond$/,
    ],
    ["stages.0.stop", { seconds: 5, requests: 5 }, /^stages\[0\]\.stop: .* or \{"requests": n\}$/],
    ["stages.0.stop", {}, /^stages\[0\]\.stop: \{\}/],
    ["deadlines.totalMs", 0, /^deadlines\.totalMs: 0/],
    [
      "deadlines.readMs",
      5,
      /^deadlines\.readMs: 5 .* only connectMs, firstTokenMs, betweenTokensMs, totalMs, drainMs$/,
    ],
    ["retries", 3, /^plan\.retries: 3/],
  ];
  for (const [path, value, message] of refusals) {
    it(`refuses ${path} = ${JSON.stringify(value)}`, () => {
      assert.throws(() => checkPlan(broken(path, value)), { name: "PlanError", message });
    });
  }

  it("takes images in chat messages only", () => {
    const side = { min: 64, max: 4096 };
    const images = { count: 1, format: "png", width: side, height: side };
    const plan = broken("data.images", images) as HarnessPlan;
    assert.equal(checkPlan(plan), plan);
    const message = /^data\.images: .* api "chat" and form "text"/;
    assert.throws(() => checkPlan({ ...plan, api: "completions" }), { name: "PlanError", message });
  });

  it("refuses what is no object", () => {
    for (const value of [null, 1, "plan", []])
      assert.throws(() => checkPlan(value), { name: "PlanError", message: /^plan: / });
  });
});
