import assert from "node:assert/strict";
import type { Run } from "../../../analysis/run.ts";
import { fingerprintFindings } from "../../../analysis/validity/fingerprint.ts";
import { closedLoopRun } from "../fakeEngine.ts";
import { imported } from "../systems.ts";

const target = { name: "engine", method: "standalone", model: { name: "m", revision: "a1" }, gpu: { name: "h100-80" } };

describe("repetitions of one system", () => {
  let runs: readonly [Run, Run];
  before(async () => {
    const made = (seed: number) =>
      imported({ ...closedLoopRun({ seed, concurrencies: [1], windowMs: 500 }), seed }, seed);
    runs = [await made(1), await made(2)];
  });

  const withSecond = (change: (run: Run) => Partial<Run>): string[] => {
    const known = (run: Run): Run => ({
      ...run,
      provenance: { ...run.provenance, scenario: { targets: [target] }, machine: { driver: "550.54", gpu: "H100" } },
    });
    const second = { ...known(runs[1]), ...change(known(runs[1])) };
    return fingerprintFindings([known(runs[0]), second]).map(({ severity, text }) => `${severity}: ${text}`);
  };
  const machine = (values: Record<string, string>) => (run: Run) => ({
    provenance: { ...run.provenance, machine: { ...run.provenance.machine, ...values } },
  });
  const other = (values: object) => (run: Run) => ({
    provenance: { ...run.provenance, scenario: { targets: [{ ...target, ...values }] } },
  });

  it("say nothing where all is the same, each with its own seed", () => {
    assert.deepEqual(
      withSecond(() => ({})),
      [],
    );
  });

  it("are none where GPU, driver, image, model or settings differ", () => {
    assert.deepEqual(withSecond(machine({ driver: "560.35" })), [
      "invalid: repetitions differ in the GPU's driver (550.54 and 560.35): they are not of one system",
    ]);
    for (const change of [
      machine({ gpu: "A100" }),
      other({ model: { name: "m", revision: "b2" } }),
      other({ engine: { maxNumSeqs: 64 }, gpu: { name: "a100-80" } }),
      (run: Run) => ({ simulated: !run.simulated }),
      (run: Run) => ({ harnessVersion: `${run.harnessVersion}-next` }),
      (run: Run) => ({ plan: { ...run.plan!, ignoreEos: false } }),
    ])
      assert.match(withSecond(change)[0]!, /^invalid: repetitions differ in .*: they are not of one system$/);
  });

  it("are suspect with the same prompts twice", () => {
    assert.deepEqual(
      withSecond((run) => ({ plan: { ...run.plan!, seed: 1 } })),
      ["suspect: repetitions differ in how seeds follow from the repetition (0 and -1)"],
    );
  });

  it("may have run on another node of the same kind", () => {
    assert.deepEqual(withSecond(machine({ engineNode: "node-2" })), [], "the first one's node is not known");
  });

  it("do not differ in what one of them does not tell", () => {
    assert.deepEqual(withSecond(machine({ engineImage: "sha256:1" })), []);
  });
});
