import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Checkout } from "./checkout.ts";

const pair = (slowdown: number) => ({
  platform: "local",
  gpu: "h100-80",
  model: "llama-8b",
  workload: "engines",
  workloadOverrides: { "stages.concurrency": [8], "stages.seconds": 2 },
  repetitions: 3,
  targets: [{ name: "engine-a" }, { name: "engine-b", simulator: { slowdown } }],
});

describe("two engines in one stack", () => {
  const checkout = new Checkout();
  after(() => checkout.remove());

  it("15 % apart: the comparison says which is worse; runs are interleaved and never overlap", async () => {
    checkout.stack("pair", pair(1.15));
    const { code, stdout, stderr } = await checkout.bench("up", "pair");
    assert.equal(code, 0, stderr);
    assert.match(stdout, /engine-b.*worse/i);
    const runs = [...checkout.runs("pair").values()]
      .map((manifest) => manifest!)
      .sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
    assert.deepEqual(runs.map(({ target }) => target.at(-1)).join(""), "abbaab");
    for (const [i, run] of runs.slice(1).entries()) assert.ok(run.startedAt >= runs[i]!.endedAt, "one after the other");
    const [folder] = readdirSync(join(checkout.results, "pair")).filter((name) => name.startsWith("compare-"));
    assert.ok(folder);
    assert.match(stdout, new RegExp(`${folder}/report\\.html`));
    assert.match(checkout.read("pair", folder, "README.md"), /worse/);
  });
});
