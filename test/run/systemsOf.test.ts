import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunFolder } from "../../run/runFolder.ts";
import { readRunList, writeRunList } from "../../run/runList.ts";
import { systemsOf } from "../../run/systemsOf.ts";

/** A run folder whose manifest says no more than whose run it is. */
class FakeFolder extends RunFolder {
  readonly target: string;
  constructor(path: string, target: string, system: string | null = null) {
    super(path, 1, system);
    this.target = target;
  }
  override get manifest() {
    return { target: this.target } as RunFolder["manifest"];
  }
}
const named = (what: string, ...targets: string[]) => ({
  what,
  folders: targets.map((target, i) => new FakeFolder(`/r/${what}/${target}-${i}`, target)),
});
const names = (...all: ReturnType<typeof named>[]) => systemsOf(all).folders.map(({ system }) => system);

describe("systems of several stacks and folders", () => {
  it("keep their targets' names where these differ", () => {
    assert.deepEqual(names(named("one", "a", "b", "a"), named("two", "c")), ["a", "b", "a", "c"]);
  });

  it("are named after stack or folder where two call their targets alike, so that nobody pools them", () => {
    assert.deepEqual(names(named("one", "a"), named("two", "a")), ["one", "two"]);
    assert.deepEqual(names(named("one", "a", "b"), named("two", "a")), ["one/a", "b", "two"]);
    assert.deepEqual(names(named("ci/main", "a"), named("ci/pr", "a")), ["main", "pr"]);
    assert.deepEqual(names(named("main/results", "a"), named("pr/results", "a")), ["main/results", "pr/results"]);
    // A folder called as the other's target.
    assert.deepEqual(names(named("a", "b"), named("x", "a", "b")), ["a/b", "a", "x/b"]);
  });

  it("keep the names that a comparison gave them", () => {
    const again = {
      what: "compare-1",
      folders: [new FakeFolder("/r/1", "a", "main"), new FakeFolder("/r/2", "a", "pr")],
    };
    assert.deepEqual(names(again, named("three", "a")), ["main", "pr", "a"]);
  });

  it("can be named by their stack as the baseline", () => {
    const { systems, title } = systemsOf([named("one", "a", "b"), named("ci/two", "a")]);
    assert.deepEqual(
      [...systems],
      [
        ["one", ["one/a", "b"]],
        ["ci/two", ["two"]],
      ],
    );
    assert.equal(title, "one and two");
  });

  it("refuse one run on both sides", () => {
    const folder = named("one", "a");
    assert.throws(
      () => names(folder, { ...folder, what: "two" }),
      /"one" and "two" both mean the run \/r\/one\/a-0; name two/,
    );
  });
});

describe("the list of compared runs", () => {
  it("is read as it was written: bare paths, or with what the comparison called them", () => {
    const out = mkdtempSync(join(tmpdir(), "llmbench-list-"));
    try {
      assert.equal(readRunList(out), null);
      for (const system of [null, "main"]) {
        for (const baseline of [null, "main"]) {
          const list = { folders: [new RunFolder(join(out, "..", "x"), 1, system)], title: baseline, baseline };
          writeRunList(out, list);
          assert.deepEqual(readRunList(out), list);
        }
      }
    } finally {
      rmSync(out, { recursive: true });
    }
  });
});
