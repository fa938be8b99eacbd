import assert from "node:assert/strict";
import type { StageRows } from "../../../analysis/stageRows.ts";
import { steadinessOf } from "../../../analysis/validity/steadiness.ts";
import { outcomes } from "../../../harness/recordFormat.ts";
import { closedLoop, queue, sharing } from "./benchmark/engines.ts";

const seconds = 60;
const share = (verdict: string, make: (seed: number) => StageRows, trials = 6) =>
  Array.from({ length: trials }, (_, i) => steadinessOf([make(i + 1)]).verdict).filter((one) => one === verdict)
    .length / trials;

/** npm run benchmark:steadiness measures the rates; here is what no change may break. */
describe("steadiness of a stage", function () {
  this.timeout(120_000);

  it("is steady for an engine that does not change, at any concurrency, and open loops below capacity", () => {
    for (const make of [
      (seed: number) => closedLoop(1, { seed, seconds }),
      (seed: number) => closedLoop(8, { seed, seconds }),
      (seed: number) => closedLoop(64, { seed, seconds }),
      (seed: number) => queue(16, 0.5, { seed, seconds }),
      (seed: number) => queue(16, 0.9, { seed, seconds }),
      (seed: number) => sharing(20, { seed, seconds }),
    ])
      assert.ok(share("steady", make) >= 0.8);
  });

  it("finds an engine that becomes a quarter slower or faster over the window", () => {
    for (const drift of [0.25, -0.25]) {
      assert.ok(share("drifting", (seed) => closedLoop(8, { seed, seconds: 120, drift })) >= 0.8);
      assert.ok(share("drifting", (seed) => queue(16, 0.6, { seed, seconds: 120, drift })) >= 0.8);
    }
    const { reason } = steadinessOf([closedLoop(8, { seed: 1, seconds: 120, drift: 0.5 })]);
    assert.match(reason, /^TPOT rises by [34]\d % over the window$/);
  });

  it("calls an open loop saturated whose queue grows, and never a closed loop", () => {
    for (const use of [1.2, 2]) {
      assert.ok(share("saturated", (seed) => queue(16, use, { seed, seconds })) >= 0.8);
    }
    assert.equal(
      share("saturated", (seed) => queue(16, 0.9, { seed, seconds })),
      0,
    );
    const { reason } = steadinessOf([queue(16, 2, { seed: 1, seconds })]);
    assert.match(reason, /^requests in flight grow by [\d.]+ a second where [\d.]+ are sent$/);
  });

  it("calls a server saturated that answers at first and then no more", () => {
    const stage = queue(16, 2, { seed: 1, seconds });
    const { columns } = stage;
    // Everything that would take longer than 20 s is given up by the client.
    for (let row = 0; row < columns.length; row++) {
      if (columns.endMs[row]! - columns.sentMs[row]! < 20_000) continue;
      columns.outcome[row] = outcomes.indexOf("timeout");
      columns.endMs[row] = columns.sentMs[row]! + 20_000;
    }
    assert.equal(steadinessOf([stage]).verdict, "saturated");
  });

  it("cuts the beginning in which all prompts of a closed loop queue, and says what is left", () => {
    const stage = closedLoop(64, { seed: 3, seconds });
    const { verdict, reason, plateau } = steadinessOf([stage]);
    assert.equal(verdict, "steady");
    assert.match(reason, /^no change of TPOT over the window that matters, after a beginning of \d+\.\d s$/);
    assert.ok(plateau !== null && plateau.windowSeconds! < seconds && plateau.windowSeconds! > seconds / 2);
    assert.ok(plateau.sent < stage.rows.length);
    assert.equal(plateau.itlMs.mean.value, null);
    // Work inside the window that was begun before it counts: without it the rate would miss half a request per connection.
    const whole = steadinessOf([closedLoop(1, { seed: 3, seconds })]);
    assert.equal(whole.plateau, null, "one connection has no such beginning");
  });

  it("is not known with too few requests, in a short window, or without rows; the number that is missing is said", () => {
    assert.equal(steadinessOf([]).reason, "there are no request rows");
    const few = steadinessOf([closedLoop(1, { seed: 1, seconds: 10 })]);
    assert.deepEqual([few.verdict, few.plateau], ["unknown", null]);
    assert.match(few.reason, /^[12]\d requests succeeded, a trend needs 40$/);
    const short = steadinessOf([closedLoop(8, { seed: 1, seconds: 8 })]);
    assert.match(short.reason, /^a window holds 1\d requests one after the other, a trend needs 25$/);
  });

  it("is that of the repetition that is worst, which is named", () => {
    const good = closedLoop(8, { seed: 1, seconds: 120 });
    const bad = closedLoop(8, { seed: 2, seconds: 120, drift: 0.5 });
    assert.match(steadinessOf([good, bad]).reason, /^TPOT rises by \d+ % over the window \(repetition 2 of 2\)$/);
    assert.equal(steadinessOf([good, good]).verdict, "steady");
  });

  it("is the same every time", () => {
    const make = () => steadinessOf([closedLoop(8, { seed: 9, seconds: 60, drift: 0.15 })]);
    assert.deepEqual(make(), make());
  });

  it("does not divide by what is not there: answers without a stream, of one token, or of none", () => {
    for (const tokens of [1, -1]) {
      const stage = closedLoop(8, { seed: 1, seconds });
      stage.columns.outputTokens.fill(tokens);
      stage.columns.firstTokenMs.fill(Number.NaN);
      stage.columns.lastTokenMs.fill(Number.NaN);
      const { verdict, reason } = steadinessOf([stage]);
      assert.equal(verdict, "steady");
      assert.match(reason, /^no change of E2E per token/);
    }
  });
});
