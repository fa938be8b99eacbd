import assert from "node:assert/strict";
import { differencesOf } from "../../analysis/differences.ts";
import type { Run } from "../../analysis/run.ts";
import { flattened, settingText } from "../../analysis/settingText.ts";
import { runsOf } from "./systems.ts";

const target = {
  method: "standalone",
  name: "a",
  gpuCount: 1,
  gpu: { name: "h100-80", memoryGiB: 79 },
  model: { name: "llama", precision: "bf16", layers: 32 },
  engine: { image: "vllm:1", maxNumSeqs: 256, extraArgs: ["--api-key", "sesame", "--fast"] },
  fit: { kvTokens: 1 },
  price: null,
  url: "http://10.0.0.1:8000",
};
const machine = { cpu: "EPYC", engineNode: "node-1", importedAt: "2026-11-22" };
const made = (run: Run, one: object = {}, provenance: object = {}): Run => ({
  ...run,
  provenance: {
    ...run.provenance,
    machine,
    versions: { node: "24" },
    scenario: { platform: "ocp", targets: [{ ...target, name: run.target, ...one }] },
    ...provenance,
  } as Run["provenance"],
});

describe("what differed besides the engine", () => {
  let a: Run;
  let b: Run;
  before(async () => {
    [a, b] = (await runsOf(["a", "b"].map((name) => ({ name, repetitions: 1 })))) as [Run, Run];
  });
  const between = (left: Run, right: Run) => differencesOf(new Map([left, right].map((run) => [run.target, [run]])));

  it("is nothing where only names, ids, moments and places do", () => {
    const other = { url: "http://10.0.0.2:8000", fit: { kvTokens: 2 }, price: { usdPerHour: 3 } };
    const late = { machine: { ...machine, importedAt: "2026-11-23" } };
    assert.deepEqual(between(made(a), made(b, other, late)), []);
  });

  it("is every setting, fact and version that is not the same, with its path", () => {
    const engine = { ...target.engine, maxNumSeqs: 512, speculative: "eagle" };
    const provenance = { machine: { ...machine, engineNode: "node-2", driver: "550" }, versions: { node: "25" } };
    const right = made(
      { ...b, plan: { ...b.plan!, seed: 9, extraBody: { temperature: 1 } } },
      { engine, gpu: { name: "l40s" } },
      provenance,
    );
    assert.deepEqual(between(made(a), right), [
      { what: "engine.maxNumSeqs", values: ["256", "512"] },
      { what: "gpu", values: ["h100-80", "l40s"] },
      { what: "engine.speculative", values: ["none", "eagle"] },
      { what: "plan.seed", values: ["1", "9"] },
      { what: "plan.extraBody.temperature", values: ["none", "1"] },
      { what: "machine.engineNode", values: ["node-1", "node-2"] },
      { what: "versions.node", values: ["24", "25"] },
    ]);
  });

  it("is the method, and not each setting that only one of the methods has", () => {
    const llmd = { gateway: "istio", decode: { replicas: 2 } };
    assert.deepEqual(between(made(a), made(b, { method: "llm-d", llmd })), [
      { what: "method", values: ["standalone", "llm-d"] },
    ]);
    const other = { ...llmd, gateway: "none" };
    assert.deepEqual(between(made(a, { method: "llm-d", llmd }), made(b, { method: "llm-d", llmd: other })), [
      { what: "llmd.gateway", values: ["istio", "none"] },
    ]);
  });

  it("tells the load in words", () => {
    const [first] = b.plan!.stages;
    const plan = { ...b.plan!, stages: [{ ...first, stop: { requests: 7 } }] as const };
    const [row] = between(made(a), made({ ...b, plan } as Run));
    assert.equal(row!.what, "plan.stages");
    assert.equal(row!.values[1], "concurrency 1 for 7 requests");
    assert.match(row!.values[0]!, /^concurrency 1 for .*, concurrency 2 for .*, concurrency 4 for /);
  });

  it("does not call unset what nobody recorded of an engine that others deployed", () => {
    const existing = { method: "existing", gpuCount: null, gpu: null, model: undefined, engine: undefined };
    assert.deepEqual(between(made(a), made(b, { ...existing, servedModel: "tiny" })), [
      { what: "method", values: ["standalone", "existing"] },
      { what: "model", values: ["llama", "tiny"] },
    ]);
  });

  it("says once that one side recorded nothing, and does not guess", () => {
    assert.deepEqual(between(made(a), made(b, {}, { scenario: null })), [
      { what: "target", values: ["recorded", null] },
      { what: "workload", values: ["recorded", null] },
    ]);
  });
});

describe("a setting in a table", () => {
  it("never holds a secret", () => {
    assert.equal(settingText(target.engine.extraArgs), "--api-key *** --fast");
    assert.equal(settingText("--hf-token=hf_abc --x"), "--hf-token=*** --x");
    const shown = flattened({ apiKey: "x", nested: { hfToken: "y", maxTokens: 3 } }, new Set());
    assert.deepEqual([...shown], [["nested.maxTokens", "3"]]);
  });

  it("is short, and unset is a word", () => {
    assert.equal(settingText("x".repeat(500)).length, 120);
    assert.deepEqual([null, [], false, [1, 2]].map(settingText), ["none", "none", "false", "1, 2"]);
  });
});
