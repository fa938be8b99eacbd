import assert from "node:assert/strict";
import fc from "fast-check";
import type { Verdict } from "../../../analysis/analysis.ts";
import { comparedMetrics } from "../../../analysis/comparison/comparedMetrics.ts";
import { evidence, judge, pText } from "../../../analysis/comparison/judge.ts";

const throughput = comparedMetrics.find(({ key }) => key === "outputTokensPerSecond")!;
const ttft = comparedMetrics.find(({ key }) => key === "ttftP50Ms")!;
const around = (centre: number) => [0.99, 1, 1.01, 1.005, 0.995].map((factor) => centre * factor);

function judged(
  mine: readonly number[],
  theirs: readonly number[],
  metric = throughput,
  adjusted: number | null = null,
) {
  return judge("b", evidence(metric, null, { mine, theirs }, "unknown"), adjusted, 12);
}

describe("the verdict on one row", () => {
  it("is by the interval and the margin, in the metric's own direction", () => {
    assert.equal(judged(around(115), around(100)).verdict, "better");
    assert.equal(judged(around(111), around(100), ttft).verdict, "inconclusive", "the margin is 10 %");
    assert.equal(judged(around(130), around(100), ttft).verdict, "worse");
    assert.equal(judged(around(101), around(100)).verdict, "same");
  });

  it("of one among many rows needs a small p after the correction as well", () => {
    const alone = judged(around(115), around(100));
    const among = judged(around(115), around(100), throughput, 0.2);
    assert.equal(among.verdict, "inconclusive");
    assert.deepEqual(among.p, { value: 0.2 });
    assert.match(
      among.reason,
      /^the whole interval is beyond the margin of 5\.0 %, but one of 12 rows may be so by chance \(p 0\.200 after Holm\); smallest change/,
    );
    assert.equal(judged(around(115), around(100), throughput, 0.01).verdict, alone.verdict);
    assert.equal(judged(around(101), around(100), throughput, 1).verdict, "same", "equality needs no p against it");
  });

  it("says what is missing where it cannot be told", () => {
    const one = judged([1], [1]);
    assert.deepEqual(
      [one.verdict, one.interval, one.reason],
      ["inconclusive", null, "one repetition each, no interval"],
    );
    assert.deepEqual(one.p, { value: null, reason: "needs two repetitions a side" });
    assert.deepEqual(one.mannWhitneyP, { value: null, reason: "needs 4 repetitions a side" });
    assert.deepEqual(judged([], [1]).ratio, { value: null, reason: "unknown" });
  });

  it("turns round when the systems are swapped, and nothing else changes", () => {
    const side = fc.array(fc.double({ min: 80, max: 130, noNaN: true }), { minLength: 2, maxLength: 6 });
    const turned: Record<Verdict, Verdict> = {
      ...{ better: "worse", worse: "better" },
      ...{ same: "same", inconclusive: "inconclusive" },
    };
    fc.assert(
      fc.property(side, side, (a, b) => {
        const there = judged(a, b);
        const back = judged(b, a);
        assert.equal(back.verdict, turned[there.verdict]);
        assert.ok(Math.abs(there.ratio.value! * back.ratio.value! - 1) < 1e-9);
        assert.ok(Math.abs(there.interval!.low * back.interval!.high - 1) < 1e-9);
        assert.equal(there.mannWhitneyP.value, back.mannWhitneyP.value);
      }),
    );
  });
});

it("a p is told to three digits, or as small", () =>
  assert.deepEqual([0.5, 0.0123, 0.001, 0.0004, 0].map(pText), ["0.500", "0.012", "0.001", "<0.001", "<0.001"]));
