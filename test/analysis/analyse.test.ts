import assert from "node:assert/strict";
import { analyse } from "../../analysis/analyse.ts";
import type { Run } from "../../analysis/run.ts";
import { closedLoopRun } from "./fakeEngine.ts";
import { analysed, imported, options, runsOf, warningsOf } from "./systems.ts";

const scenario = {
  targets: [
    {
      name: "b",
      method: "simulated",
      gpuCount: 2,
      gpu: { name: "h100-80" },
      model: { name: "meta-llama/Llama-3.1-8B-Instruct" },
    },
    { name: "a", method: "existing", servedModel: "m" },
  ],
};

function failed(run: Run, reason: string): Run {
  return { ...run, status: "failed", reason, stages: [], requests: null, itl: [], errors: [], plan: null };
}

describe("an analysis", () => {
  it("keeps the order in which the scenario declares its targets, and knows what they are", async () => {
    const runs = (
      await runsOf([
        { name: "a", repetitions: 1 },
        { name: "b", repetitions: 1 },
      ])
    ).map((run) => ({
      ...run,
      simulated: run.target === "b",
      provenance: { ...run.provenance, scenario },
    }));
    const { systems, simulated } = analyse(runs, options);
    assert.deepEqual(
      systems.map(({ name, model, hardware, simulated }) => [name, model, hardware, simulated]),
      [
        ["b", "meta-llama/Llama-3.1-8B-Instruct", "2 x h100-80 (simulated)", true],
        ["a", "test/model", "hardware not recorded", false],
      ],
    );
    assert.equal(simulated, true);
  });

  it("knows nothing of a scenario that is none, and says so", async () => {
    const [run] = await runsOf([{ name: "a", repetitions: 1 }]);
    for (const scenario of [null, 7, "x", {}, { targets: 3 }, { targets: [null] }, { targets: [{ name: "a" }] }]) {
      const { systems } = analyse([{ ...run!, provenance: { ...run!.provenance, scenario } }], options);
      assert.equal(systems[0]!.model, "test/model");
      assert.match(systems[0]!.hardware, /unknown/);
    }
  });

  it("pools repetitions in their order and keeps each beside the pool", async () => {
    const runs = await runsOf([{ name: "a", repetitions: 3 }]);
    const { systems } = analyse([runs[2]!, runs[0]!, runs[1]!], options);
    assert.deepEqual(
      systems[0]!.runs.map(({ repetition, folder }) => [repetition, folder]),
      [
        [1, "../a-0badcafe-r1"],
        [2, "../a-0badcafe-r2"],
        [3, "../a-0badcafe-r3"],
      ],
    );
    for (const { repetitions, pooled } of systems[0]!.stages) {
      assert.equal(repetitions.length, 3);
      assert.equal(
        pooled.sent,
        repetitions.reduce((sum, { sent }) => sum + sent, 0),
      );
      assert.equal(
        pooled.itlMs.n,
        repetitions.reduce((sum, { itlMs }) => sum + itlMs.n!, 0),
      );
      const rates = repetitions.map(({ outputTokensPerSecond }) => outputTokensPerSecond.value!);
      const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
      assert.ok(Math.abs(pooled.outputTokensPerSecond.value! - mean) < 1e-9 * mean);
    }
  });

  it("shows a failed run with its reason beside the good one", async () => {
    const runs = await runsOf([{ name: "a", repetitions: 2 }]);
    const { systems } = analyse([runs[0]!, failed(runs[1]!, "cannot be reached")], options);
    assert.deepEqual(
      systems[0]!.runs.map(({ status, reason }) => [status, reason]),
      [
        ["complete", null],
        ["failed", "cannot be reached"],
      ],
    );
    assert.deepEqual(
      systems[0]!.stages.map(({ repetitions }) => repetitions.length),
      [1, 1, 1],
    );
    assert.deepEqual(warningsOf(systems[0]!), ["run a-0badcafe-r2 is failed: cannot be reached"]);
  });

  it("has no stages where every run failed", async () => {
    const [run] = await runsOf([{ name: "a", repetitions: 1 }]);
    const { systems, comparison } = analyse([failed(run!, "cannot be reached")], options);
    assert.deepEqual(systems[0]!.stages, []);
    assert.equal(comparison, null);
  });

  it("lists a stage that did not run, without a single number", async () => {
    const fake = closedLoopRun({ target: "a", runId: "a-1-r1", seed: 1, concurrencies: [1, 2], windowMs: 500 });
    const run = await imported({ ...fake, requests: fake.requests.filter(({ stage }) => stage === 0) });
    const { systems } = analyse([run], options);
    const [, second] = systems[0]!.stages;
    assert.deepEqual([second!.load, second!.repetitions.length, second!.pooled.sent], [2, 0, 0]);
    assert.equal(second!.pooled.outputTokensPerSecond.value, null);
    assert.ok(warningsOf(systems[0]!).includes("concurrency 2: did not run"));
  });

  it("refuses no runs and the same run twice", async () => {
    const [run] = await runsOf([{ name: "a", repetitions: 1 }]);
    assert.throws(() => analyse([], options), /there is no run to analyse; run the stack first/);
    assert.throws(
      () => analyse([run!, run!], options),
      /run "a-0badcafe-r1" is given twice; name every run folder once/,
    );
  });

  it("keeps runs of one target and one id apart where a comparison names them otherwise", async () => {
    const runs = await runsOf([{ name: "a", repetitions: 2 }]);
    const under = (system: string) => runs.map((run) => ({ ...run, system }));
    const { systems, comparison } = analyse([...under("pr"), ...under("main")], options);
    assert.deepEqual(
      systems.map(({ name, runs }) => [name, runs.length]),
      [
        ["pr", 2],
        ["main", 2],
      ],
    );
    assert.equal(comparison!.baseline, "pr");
  });

  it("survives JSON without loss: no NaN, no Infinity, no undefined", async () => {
    const analysis = await analysed(
      [
        { name: "a", repetitions: 2 },
        { name: "b", repetitions: 1, concurrencies: [1, 32] },
      ],
      60,
    );
    assert.deepEqual(JSON.parse(JSON.stringify(analysis)), analysis);
  });

  it("says in what two systems were treated differently", async () => {
    const [a, b] = await runsOf([
      { name: "a", repetitions: 1 },
      { name: "b", repetitions: 1 },
    ]);
    const different = { ...b!, simulated: false, plan: { ...b!.plan!, seed: 9, extraBody: { temperature: 1 } } };
    assert.deepEqual(
      analyse([a!, different], options).notes.filter((note) => note.startsWith("b against a")),
      [
        "b against a: one is simulated, the other is not",
        "b against a: prompts differ (seeds 9 and 1)",
        'b against a: "extraBody" of the plan differs',
      ],
    );
    assert.deepEqual(analyse([a!, b!], options).notes.length, 1);
  });

  it("says that simulated time ran faster than real time", async () => {
    const [run] = await runsOf([{ name: "a", repetitions: 1 }]);
    const fast = { ...run!, provenance: { ...run!.provenance, simulation: { assumptions: [], speed: 20 } } };
    assert.match(analyse([fast], options).notes[0]!, /^SIMULATED: the engine is a model/);
    assert.equal(analyse([fast], options).notes[1], "Simulated time ran 20 times as fast as real time.");
  });
});
