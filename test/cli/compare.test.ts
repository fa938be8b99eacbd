import assert from "node:assert/strict";
import { compare, turns } from "../../cli/compare.ts";
import type { Attempt } from "../../run/benchmark.ts";

/** "a1 b1" -> attempts at the first repetition of targets a and b. */
const attempts = (text: string) =>
  text
    .split(" ")
    .filter(Boolean)
    .map((runId) => ({ run: { runId, target: { name: runId[0] } } }) as unknown as Attempt);
const shown = (text: string) => turns(attempts(text)).map(({ target, runs }) => `${target}:${runs.join("+")}`);

describe("compare --in-turn", () => {
  it("deploys once for neighbouring runs of one engine, and keeps the order of runs", () =>
    assert.deepEqual(shown("a1 b1 b2 a2 a3 b3"), ["a:a1", "b:b1+b2", "a:a2+a3", "b:b3"]));

  it("deploys only what still has runs to make", () => {
    assert.deepEqual(shown("b2 b3"), ["b:b2+b3"]);
    assert.deepEqual(shown(""), []);
  });
});

describe("compare, as it is called", () => {
  const plain = { inTurn: false, retry: false, verbose: false };
  const refused = (names: string[], options: object, what: RegExp) =>
    assert.rejects(compare(names, { ...plain, ...options }), what);

  it("refuses what is of the other use, and says which", async () => {
    await refused(["engines", "local"], { inTurn: true }, /--in-turn is for one stack, whose engines are run/);
    await refused(["engines", "local"], { retry: true }, /--retry is for one stack/);
    await refused(["engines"], { baseline: "a" }, /--baseline is for comparisons of what is there/);
    await refused(["engines"], { out: "x" }, /--out is for comparisons of what is there/);
    await refused(["engins", "nothing"], {}, /"engins" is neither a stack nor a folder .* Did you mean "engines"\?/);
  });
});
