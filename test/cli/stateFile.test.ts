import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stateOnDisk } from "../../cli/stateFile.ts";

describe("a stack's state on disk", () => {
  let folder: string;
  const stacks = () => join(folder, ".pulumi", "stacks", "llm-bench");
  const write = (name: string, text: string) => writeFileSync(join(stacks(), name), text);
  const checkpoint = (latest?: object, version = 3, stack = "organization/llm-bench/kind-sim") =>
    JSON.stringify({ version, checkpoint: { stack, latest } });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "llm-bench-state-"));
    mkdirSync(stacks(), { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is what an export holds", () => {
    const resources = [{ urn: "urn:pulumi:kind-sim::llm-bench::pulumi:pulumi:Stack::llm-bench-kind-sim" }];
    write("kind-sim.json", checkpoint({ resources }));
    assert.deepEqual(stateOnDisk(folder, "kind-sim"), { version: 3, deployment: { resources } });
    write("kind-sim.json", checkpoint());
    assert.deepEqual(stateOnDisk(folder, "kind-sim"), { version: 3, deployment: {} });
  });

  it("is null for a stack that is not there, whatever others are, and where nothing was ever deployed", () => {
    write("kind-sim-2.json", checkpoint());
    assert.equal(stateOnDisk(folder, "kind-sim"), null);
    assert.equal(stateOnDisk(join(folder, "none"), "kind-sim"), null);
  });

  it("is left to the CLI where it is compressed, of another version or layout, or damaged", () => {
    write("packed.json.gz", "");
    assert.equal(stateOnDisk(folder, "packed"), undefined);
    for (const text of [checkpoint({}, 4), checkpoint({}, 3, "kind-sim"), "", "{", "null", "[]"]) {
      write("kind-sim.json", text);
      assert.equal(stateOnDisk(folder, "kind-sim"), undefined, text);
    }
  });
});
