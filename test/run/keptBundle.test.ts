import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keepBundle, keptBundle } from "../../run/keptBundle.ts";

describe("a bundle of an earlier command", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "llm-bench-kept-"));
    writeFileSync(join(root, "main.ts"), "one");
    writeFileSync(join(root, "part.ts"), "two");
    keepBundle(root, "harness", ["main.ts", "part.ts"], "code", Date.now() + 1000);
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it("is taken while every file is as it was, whenever it was written", () => {
    assert.equal(keptBundle(root, "harness"), "code");
    writeFileSync(join(root, "part.ts"), "two");
    assert.equal(keptBundle(root, "harness"), "code");
    assert.equal(keptBundle(root, "simulator"), null);
    assert.deepEqual(readdirSync(join(root, ".bench")), ["bundle-harness.json"]);
  });

  it("is not taken where one changed or is gone, nor where it was kept badly", () => {
    writeFileSync(join(root, "part.ts"), "2");
    assert.equal(keptBundle(root, "harness"), null);
    rmSync(join(root, "part.ts"));
    assert.equal(keptBundle(root, "harness"), null);
    writeFileSync(join(root, ".bench", "bundle-harness.json"), "{");
    assert.equal(keptBundle(root, "harness"), null);
  });

  it("is not kept with a file that changed while it was made", () => {
    const begunAtMs = Date.now() - 1000;
    writeFileSync(join(root, "main.ts"), "three");
    keepBundle(root, "harness", ["main.ts", "part.ts"], "code of one", begunAtMs);
    assert.equal(keptBundle(root, "harness"), null);
    // A clock that is off.
    const tomorrow = Date.now() / 1000 + 86_400;
    utimesSync(join(root, "main.ts"), tomorrow, tomorrow);
    keepBundle(root, "harness", ["main.ts"], "code of three", Date.now() + 1000);
    assert.equal(keptBundle(root, "harness"), "code of three");
  });

  it("is not kept, and nobody minds, where nothing can be written", () => {
    const elsewhere = join(root, "elsewhere");
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, ".bench"), "no folder");
    chmodSync(elsewhere, 0o500);
    keepBundle(elsewhere, "harness", [], "code", Date.now());
    assert.equal(keptBundle(elsewhere, "harness"), null);
  });
});
