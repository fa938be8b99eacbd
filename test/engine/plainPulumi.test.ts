import assert from "node:assert/strict";
import { join } from "node:path";
import { stateOnDisk } from "../../cli/stateFile.ts";
import { Checkout } from "./checkout.ts";

const quick = {
  platform: "local",
  gpu: "h100-80",
  model: "llama-8b",
  method: "simulated",
  workload: "local",
  workloadOverrides: { "stages.concurrency": [2], "stages.seconds": 1 },
};

describe("a plain pulumi on the state of ./bench", () => {
  const checkout = new Checkout();
  before(() => checkout.stack("mixed", quick));
  after(() => checkout.remove());

  it("sees no difference after ./bench up", async () => {
    const up = await checkout.bench("up", "mixed");
    assert.equal(up.code, 0, up.stderr);
    const { code, stdout, stderr } = await checkout.pulumi("preview", "--stack", "mixed", "--expect-no-changes");
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /2 unchanged/);
  });

  it("exports what ./bench reads from the file", async () => {
    const { stdout } = await checkout.pulumi("stack", "export", "--stack", "mixed");
    assert.deepEqual(stateOnDisk(join(checkout.path, ".bench", "state"), "mixed"), JSON.parse(stdout));
  });

  it("runs what has changed, and ./bench then sees no difference", async () => {
    checkout.stack("mixed", { ...quick, seed: 7 });
    const { code, stdout, stderr } = await checkout.pulumi("up", "--yes", "--stack", "mixed");
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /SIMULATED/);
    assert.equal(checkout.runs("mixed").size, 2);
    const preview = await checkout.bench("preview", "mixed");
    assert.match(preview.stdout, /Resources: 2 same/);
    const again = await checkout.bench("up", "mixed");
    assert.match(again.stdout, /Nothing was to be done/);
  });

  it("a failed run ends a plain up with an error, soon", async () => {
    checkout.stack("mixed", { ...quick, seed: 8, simulator: { faults: [{ kind: "http500", every: 1 }] } });
    const { code, stdout, stderr, seconds } = await checkout.pulumi(
      "up",
      "--yes",
      "--skip-preview",
      "--stack",
      "mixed",
    );
    assert.notEqual(code, 0);
    assert.match(stdout + stderr, /500/);
    assert.ok(seconds < 60, `${seconds} s`);
  });

  it("destroys", async () => {
    const { code, stdout } = await checkout.pulumi("destroy", "--yes", "--stack", "mixed");
    assert.equal(code, 0);
    assert.match(stdout, /2 deleted/);
  });
});
