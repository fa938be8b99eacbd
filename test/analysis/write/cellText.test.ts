import assert from "node:assert/strict";
import fc from "fast-check";
import { cellText, footnotes, numberText, percentText } from "../../../analysis/write/cellText.ts";

describe("numbers in text", () => {
  it("keep three significant digits without an exponent", () => {
    const pairs: [number, string][] = [
      [0, "0"],
      [0.001234, "0.00123"],
      [0.05, "0.05"],
      [0.1, "0.100"],
      [1.2345, "1.23"],
      [9.996, "10.0"],
      [12.34, "12.3"],
      [99.96, "100"],
      [1234.5, "1235"],
      [1_234_567, "1234567"],
    ];
    for (const [value, text] of pairs) assert.equal(numberText(value), text);
  });

  it("are within half of their last digit, and never have an exponent above a millionth", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-5, max: 1e9, noNaN: true }), (value) => {
        const text = numberText(value);
        assert.doesNotMatch(text, /e/);
        assert.ok(Math.abs(Number(text) - value) <= 0.0051 * value, `${text} for ${value}`);
      }),
    );
  });

  it("round no failure and no hit away", () => {
    assert.equal(percentText(1), "100.0");
    assert.equal(percentText(0.9999999), "99.9");
    assert.equal(percentText(0), "0.0");
    assert.equal(percentText(0.0000001), "<0.1");
    assert.equal(percentText(0.032), "3.2");
  });

  it("say in a narrow cell why there are none", () => {
    assert.equal(cellText({ value: 1.5 }), "1.50");
    assert.equal(cellText({ value: null, reason: "n = 50, p99 needs 662" }), "n<662");
    assert.equal(cellText({ value: null, reason: "unbounded (3.2 % failed)" }), "unbounded");
    assert.equal(cellText({ value: null, reason: "answers were not streamed" }), "-");
  });

  it("are explained under the table, each reason once", () => {
    const absent = (reason: string) => ({ value: null, reason });
    const cells = [
      { label: "TTFT", measured: absent("answers were not streamed") },
      { label: "TPOT", measured: absent("answers were not streamed") },
      { label: "TPOT", measured: absent("answers were not streamed") },
      { label: "E2E", measured: absent("n = 50, p99 needs 662") },
      { label: "E2E", measured: absent("n = 50, p95 needs 130") },
      { label: "adjusted E2E", measured: absent("unbounded (3.2 % failed)") },
      { label: "req/s", measured: { value: 1 } },
      { label: "req/s", measured: absent("the stage did not run") },
    ];
    assert.deepEqual(footnotes(cells), [
      "-: answers were not streamed (TTFT, TPOT)",
      "n<N: fewer samples than this percentile needs, so no number is given",
      "unbounded: 3.2 % failed (adjusted E2E)",
    ]);
  });
});
