import assert from "node:assert/strict";
import fc from "fast-check";
import type { Gate, GateCheck } from "../../../analysis/gate/gate.ts";
import { gateHeadline, gateText } from "../../../analysis/gate/gateText.ts";
import { junitXml } from "../../../analysis/gate/junit.ts";
import { MOST_BYTES, markdownSummary } from "../../../analysis/gate/markdownSummary.ts";

const check = (more: Partial<GateCheck> = {}): GateCheck => ({
  kind: "objective",
  name: "TTFT p95 ≤ 500 ms",
  outcome: "pass",
  text: "fine",
  ...more,
});

const gateOf = (checks: readonly GateCheck[], more: Partial<Gate> = {}): Gate => ({
  verdict: "ok",
  baseline: "kept/local",
  candidate: "local",
  simulated: false,
  systems: [{ name: "engine", verdict: "ok", checks, notes: [] }],
  ...more,
});

/** Throws unless the text is well-formed XML of elements, quoted attributes and escaped text. */
function parseXml(text: string): string[] {
  assert.doesNotMatch(text, /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
  const open: string[] = [];
  const seen: string[] = [];
  let at = text.indexOf("?>") + 2;
  const tag = /<(\/?)([a-z-]+)((?: [a-z]+="[^"<]*")*)(\/?)>/y;
  while (at < text.length) {
    const next = text.indexOf("<", at);
    const between = text.slice(at, next < 0 ? text.length : next);
    assert.doesNotMatch(between.replace(/&(amp|lt|gt|quot|#39);/g, ""), /[&>]/);
    if (next < 0) break;
    tag.lastIndex = next;
    const match = tag.exec(text);
    assert.ok(match, `no tag at ${text.slice(next, next + 80)}`);
    const [whole, closing, name = "", attributes = "", empty] = match;
    assert.doesNotMatch(attributes.replace(/&(amp|lt|gt|quot|#39);/g, ""), /[&\n]/);
    if (closing) assert.equal(open.pop(), name);
    else seen.push(name);
    if (!closing && !empty) open.push(name);
    at = next + whole.length;
  }
  assert.deepEqual(open, []);
  return seen;
}

describe("the gate as JUnit XML", () => {
  it("has a case per check, and counts what failed, broke and is open", () => {
    const outcomes = ["pass", "warning", "fail", "undecided", "error"] as const;
    const xml = junitXml(gateOf(outcomes.map((outcome) => check({ outcome }))));
    assert.match(xml, /<testsuites name="benchmark gate" tests="5" failures="1" errors="1" skipped="1">/);
    assert.equal(parseXml(xml).filter((name) => name === "testcase").length, 5);
    assert.match(xml, /<system-out>warning: fine<\/system-out>/);
  });

  it("stays well-formed whatever an engine answered, control characters and lone surrogates too", () =>
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 30 }),
        fc.constantFrom("\u0000", "\u001b[31m", "\ud800", "\uffff", "]]>", '"'),
        (text, more) => {
          const all = `${text}${more}<&>`;
          const checks = (["pass", "fail", "error"] as const).map((outcome) =>
            check({ outcome, text: all, name: all }),
          );
          const gate = gateOf(checks);
          parseXml(junitXml({ ...gate, systems: [{ ...gate.systems[0]!, name: all, notes: [all] }] }));
        },
      ),
    ));
});

describe("the gate as Markdown", () => {
  it("says the verdict first, in a word, and SIMULATED where it is", () => {
    const text = markdownSummary(gateOf([check()], { verdict: "regression", simulated: true }), [
      "./bench up local --again",
    ]);
    assert.match(text, /^## ❌ SIMULATED: Benchmark gate: REGRESSION\n/);
    assert.match(text, /```sh\n\.\/bench up local --again\n```/);
  });

  it("lets nothing from outside be markup", () => {
    const text = markdownSummary(gateOf([check({ text: "<img src=x> | [a](b) `c`" })]), []);
    assert.ok(text.includes("&lt;img src=x&gt; \\| \\[a\\](b) \\`c\\`"), text);
  });

  it("never grows over what GitHub takes, and keeps the verdict", () => {
    const many = Array.from({ length: 3000 }, (_, i) => check({ text: `objective ${i} ${"é".repeat(40)}` }));
    const text = markdownSummary(gateOf(many), []);
    assert.ok(Buffer.byteLength(text) <= MOST_BYTES, `${Buffer.byteLength(text)}`);
    assert.match(text, /^## ✅ Benchmark gate: OK\n/);
    assert.match(text, /Cut here: \d+ more lines/);
    const long = markdownSummary(gateOf([check({ text: "x".repeat(200_000) })]), []);
    assert.ok(Buffer.byteLength(long) <= MOST_BYTES && long.startsWith("## ✅"));
  });
});

describe("the gate in a terminal", () => {
  it("says what decided it, and of several systems which", () => {
    const failed = {
      name: "b",
      verdict: "regression",
      checks: [check(), check({ outcome: "fail", text: "slow" })],
      notes: ["cpu: a -> b"],
    } as const;
    const gate = gateOf([check()], {
      verdict: "regression",
      systems: [gateOf([check({ kind: "primary" })]).systems[0]!, failed],
    });
    assert.equal(gateHeadline(gate), "REGRESSION: b: slow");
    assert.match(gateText(gate), /\nb: REGRESSION\n {2}ok {7}fine\n {2}FAIL {5}slow\n {2}note {5}cpu: a -> b\n$/);
  });
});
