import assert from "node:assert/strict";
import { analyse } from "../../../analysis/analyse.ts";
import type { Run } from "../../../analysis/run.ts";
import { costText } from "../../../analysis/write/costText.ts";
import { sloText } from "../../../analysis/write/sloText.ts";
import { stagesCsv } from "../../../analysis/write/stagesCsv.ts";
import { type Criteria, shippedCriteria } from "../../../scenario/criteria.ts";
import { options, runsOf } from "../systems.ts";

const noLimits = { ttftMs: {}, tpotMs: {}, itlMs: {}, e2eMs: {} };
const noRates = { minRequestsPerSecond: null, minOutputTokensPerSecond: null, maxErrorRate: null };
const criteria: Criteria = {
  ...shippedCriteria,
  // Of the made-up engine: TTFT p50 is 20 ms and a little more with concurrency.
  slo: { ...noLimits, ...noRates, ttftMs: { p50: 20.5, p99: 60 } },
  cost: { extraUsdPerHour: 0.12, requestsPerSecond: 100, pue: 1 },
};

async function analysis(priced: boolean, judge = criteria) {
  const price = { usdPerGpuHour: 6.88, source: "list", asOf: "2026-11-09" };
  const target = { name: "engine", method: "standalone", gpu: { name: "h100-80" }, gpuCount: 1 };
  const scenario = { targets: [{ ...target, price: priced ? price : null }] };
  const runs = await runsOf([{ name: "engine", repetitions: 2 }]);
  const made = runs.map((run): Run => ({ ...run, provenance: { ...run.provenance, scenario } }));
  return analyse(made, { ...options, criteria: judge });
}

describe("objectives and cost as text", () => {
  it("name the largest load, each limit and verdict, and why a load is unsure", async () => {
    const [system] = (await analysis(true)).systems;
    const text = sloText(system!, 120).join("\n");
    assert.match(text, /largest load within them: /);
    assert.match(text, /TTFT p50 +TTFT p99/);
    assert.match(text, /≤ 20\.5 ms +≤ 60\.0 ms/);
    assert.match(text, /\? at 1, TTFT p99: n = \d+, p99 needs 662/);
    assert.match(text, /good: TTFT ≤ 60\.0 ms$/);
    assert.ok(text.split("\n").every((line) => line.length <= 120));
  });

  it("say price, source and date, and the load that was named", async () => {
    const [system] = (await analysis(true)).systems;
    const text = costText(system!, 120).join("\n");
    assert.match(text, /Cost: \$7\.00 per hour \(1 GPU at \$6\.88: list, 2026-11-09\)/);
    assert.match(text, /at 100 requests\/s: /);
  });

  it("say nothing of objectives that nobody set, and of a cost in one line what is missing", async () => {
    const [system] = (await analysis(false, shippedCriteria)).systems;
    assert.deepEqual(sloText(system!, 120), []);
    const [, first, ...more] = costText(system!, 200);
    assert.match(String(first), /^Cost: not computed: no price of h100-80 is known; set prices\.h100-80/);
    assert.deepEqual(more, []);
  });

  it("stand in stages.csv in the row of all repetitions, and before the harness", async () => {
    const [header, ...rows] = stagesCsv(await analysis(true))
      .trimEnd()
      .split(/\r?\n/)
      .map((line) => line.split(","));
    assert.equal(header?.at(-1), "harness");
    const of = (row: readonly string[] | undefined, name: string) => row?.[header!.indexOf(name)];
    const single = rows.find((row) => of(row, "repetition") === "1");
    const all = rows.find((row) => of(row, "repetition") === "all");
    assert.match(String(of(all, "slo_verdict")), /^(pass|fail|unsure)$/);
    assert.ok(Number(of(all, "usd_per_million_output_tokens")) > 0);
    assert.equal(of(all, "joules_per_output_token"), "");
    assert.deepEqual([of(single, "slo_verdict"), of(single, "good_share")], ["", ""]);
  });
});
