import assert from "node:assert/strict";
import { different, equalSystems } from "../../analysis/statisticsBenchmark/cases.ts";
import { measure, upperBound } from "../../analysis/statisticsBenchmark/measure.ts";
import { openLoopTimes, seeded } from "../../analysis/statisticsBenchmark/simulatedQueue.ts";

describe("verdicts on simulated queues, a small sample of npm run benchmark:statistics", () => {
  it("call equal systems the same and 15 % worse, and miss the truth about one time in twenty", () => {
    const equal = measure(equalSystems[0]!, 300, 1);
    assert.ok(equal.missed < 0.09 && equal.same > 0.9 && equal.better + equal.worse < 0.02, JSON.stringify(equal));
    const worse = measure(different, 300, 2);
    assert.ok(worse.worse > 0.95 && worse.missed < 0.09, JSON.stringify(worse));
  });

  it("come out alike for the same seed", () =>
    assert.deepEqual(measure(equalSystems[0]!, 20, 3), measure(equalSystems[0]!, 20, 3)));

  it("bound a rate as the binomial tables do", () => {
    // None of 10: 1 - 0.01^(1/10).
    assert.ok(Math.abs(upperBound(0, 10) - (1 - 0.01 ** 0.1)) < 1e-9);
    assert.equal(upperBound(10, 10), 1);
    assert.ok(upperBound(500, 10_000) < 0.06, "5 % seen in 10,000 trials is below 6 %");
  });
});

it("one server at half its load keeps a request for 1.5 services where all are alike: the waiting time of M/D/1", () => {
  const gaps = (random: () => number) => -Math.log(1 - random());
  const times = openLoopTimes(seeded(5), () => 1, gaps, { servers: 1, load: 0.5, requests: 200_000 });
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  assert.ok(Math.abs(mean - 1.5) < 0.02, `${mean}`);
});
