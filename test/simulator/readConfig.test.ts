import assert from "node:assert/strict";
import { readConfig } from "../../simulator/readConfig.ts";
import { fastConfig } from "./simulatorUnderTest.ts";

const { model: _, ...withoutModel } = fastConfig;
const { timing } = fastConfig;

describe("simulator's config file", () => {
  it("passes what is right", () => {
    const faults = [
      { kind: "http429" as const, every: 3, retryAfterSeconds: 2 },
      { kind: "cut" as const, requests: [0, 4], afterTokens: 0 },
    ];
    assert.deepEqual(readConfig({ ...fastConfig, faults }, "sim.json"), { ...fastConfig, faults });
  });

  const wrong: [string, unknown, string][] = [
    ["no object", [], "the file must hold an object."],
    ["a missing key", withoutModel, "model must be a text that is not empty; it is missing."],
    [
      "a port out of range",
      { ...fastConfig, port: 70000 },
      "port must be a whole number from 0 to 65535; it is 70000.",
    ],
    ["no timing", { ...fastConfig, timing: 3 }, "timing must be an object; it is 3."],
    [
      "a timing out of range",
      { ...fastConfig, timing: { ...timing, expertShare: 2 } },
      "timing.expertShare must be a number from 0 to 1; it is 2.",
    ],
    [
      "a negative time",
      { ...fastConfig, timing: { ...timing, stepOverheadMs: -1 } },
      "timing.stepOverheadMs must be a number, at least 0; it is -1.",
    ],
    [
      "steps that take no time",
      { ...fastConfig, timing: { ...timing, stepOverheadMs: 0, denseWeightReadMs: 0 } },
      "timing.stepOverheadMs and timing.denseWeightReadMs are both 0: a step must take time. Raise one of them.",
    ],
    [
      "an unknown fault",
      { ...fastConfig, faults: [{ kind: "fire", every: 2 }] },
      'faults[0].kind must be one of http500, http429, cut, stall, malformed, empty, engineDead; it is "fire".',
    ],
    [
      "a fault that never strikes",
      { ...fastConfig, faults: [{ kind: "cut" }] },
      "faults[0] needs either every or requests, and not both.",
    ],
    [
      "a context that does not fit",
      { ...fastConfig, numGpuBlocks: 10 },
      "maxModelLen 4096 does not fit the KV cache of 10 blocks x 16 tokens = 160 tokens. Lower maxModelLen or raise numGpuBlocks.",
    ],
    [
      "a budget below the batch",
      { ...fastConfig, maxNumBatchedTokens: 3 },
      "maxNumBatchedTokens 3 must be at least maxNumSeqs 64: every running sequence needs one token a step.",
    ],
  ];
  for (const [name, value, message] of wrong) {
    it(`refuses ${name}`, () => {
      assert.throws(() => readConfig(value, "sim.json"), { message: `sim.json: ${message}` });
    });
  }

  it("lists the keys when one is unknown", () => {
    assert.throws(
      () => readConfig({ ...fastConfig, sped: 1 }, "sim.json"),
      /^Error: sim\.json: unknown key sped\. Allowed: model, host, port, seed, speed, .*faults\.$/,
    );
  });
});
