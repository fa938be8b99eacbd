import { type BadConfig, cross, local } from "./badConfig.ts";

/** Pixels of one side, for both. */
const square = (min: number, max: number) => ({ width: { min, max }, height: { min, max } });
export const overrides: readonly BadConfig[] = (
  [
    ["unknown key", { "data.inputTokens.std": 10 }],
    ["unknown key without a neighbour", { "data.colour": "blue" }],
    ["unknown section", { "satges.seconds": 10 }],
    ["wrong type", { "stages.seconds": "soon" }],
    ["out of range", { "stages.concurrency": [0, 1] }],
    ["empty list", { "stages.concurrency": [] }],
    ["unknown distribution", { "data.inputTokens": { type: "gamma", mean: 5 } }],
    ["missing key", { "data.outputTokens": { type: "uniform", min: 5 } }],
    ["two kinds of load", { "stages.poisson": [1, 2] }],
    ["two ways to end", { "stages.requests": 100 }],
    ["no load", { stages: { seconds: 5 } }],
    ["no end", { stages: { concurrency: [1, 2] } }],
    ["the same load twice", { "stages.concurrency": [1, 2, 2] }],
    ["min above max", { "data.inputTokens.min": 1000 }],
    ["min above max in a whole distribution", { "data.inputTokens": { type: "uniform", min: 9, max: 5 } }],
    ["mean out of range", { "data.inputTokens.mean": 1000 }],
    ["token ids by the chat API", { "data.form": "tokenIds" }],
    ["a shared prefix too long for the context", { "data.sharedPrefix": { tokens: 20_000, groups: 4 } }],
    ["images too large for the context", { "data.images": { count: 1, format: "png", ...square(64, 4096) } }],
    [
      "images by the completions API",
      { api: "completions", "data.images": { count: 1, format: "png", ...square(64, 64) } },
    ],
    ["images of no size", { "data.images": { count: 1, format: "png", ...square(512, 64) } }],
    [
      "images smaller than their squares",
      { "data.images": { count: 1, format: "png", ...square(64, 64), width: { min: 16, max: 64 } } },
    ],
    [
      "answers of a negative factor",
      { "data.outputTokens": { type: "relative", factorMean: -1, factorStdDev: 0, min: 1, max: 9 } },
    ],
    [
      "answers of a factor with min above max",
      { "data.outputTokens": { type: "relative", factorMean: 1, factorStdDev: 0, min: 10, max: 9 } },
    ],
    ["a place in a list that is not there", { "stages.concurrency.9": 64 }],
    ["a total deadline before the first token", { "deadlines.totalMs": 1000 }],
    [
      "a file that is not there",
      { data: { type: "file", path: "nowhere.jsonl", outputTokens: { type: "fixed", value: 8 } } },
    ],
    ["unknown API", { api: "responses" }],
  ] as const
).map(([name, workloadOverrides]) => cross(`override: ${name}`, { ...local, workloadOverrides }));
