import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
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

  it("compared with another stack that ran: report and README, and each system keeps its name", async () => {
    checkout.stack("slow", { ...pair(1), targets: [{ name: "engine-a", simulator: { slowdown: 1.4 } }] });
    const up = await checkout.bench("up", "slow");
    assert.equal(up.code, 0, up.stderr);
    const { code, stdout, stderr } = await checkout.bench("compare", "slow", "pair");
    assert.equal(code, 0, stderr);
    assert.match(stdout, /Report: results\/compare-[0-9a-f]{8}\/report\.html/);
    const [folder = ""] = readdirSync(checkout.results).filter((name) => name.startsWith("compare-"));
    assert.ok(existsSync(join(checkout.results, folder, "report.html")));
    const readme = readFileSync(join(checkout.results, folder, "README.md"), "utf8");
    for (const system of ["slow", "pair/engine-a", "engine-b"]) assert.ok(readme.includes(`## ${system}`), system);
    assert.match(readme, /made by `\.\/bench up slow`, `\.\/bench up pair`/);
  });

  it("the gate between them: faster is 0; a system that is gone is 3", async () => {
    const faster = await checkout.bench("gate", "--baseline", "slow", "--new", "pair");
    assert.equal(faster.code, 0, faster.stdout + faster.stderr);
    assert.match(faster.stdout, /^SIMULATED: OK/);
    const gone = await checkout.bench("gate", "--baseline", "pair", "--new", "slow");
    assert.equal(gone.code, 3, gone.stdout + gone.stderr);
    assert.match(gone.stdout, /^SIMULATED: INVALID: .*engine-b/);
  });
});
