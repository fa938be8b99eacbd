import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { writeSide } from "../analysis/gate/runFolders.ts";
import { temporaryFolder } from "../analysis/nativeFolder.ts";

const main = join(import.meta.dirname, "..", "..", "cli", "main.ts");

describe("./bench export", () => {
  it("puts several files below results, says where, and leaves the working directory alone", async () => {
    const { path, remove } = await temporaryFolder();
    try {
      const side = await writeSide(join(path, "a"), { repetitions: 1 });
      const env = { ...process.env, LLMBENCH_RESULTS: join(path, "results") };
      const bench = (...args: string[]) =>
        spawnSync(process.execPath, [main, "export", side, ...args], { cwd: path, env, encoding: "utf8" });
      const { status, stderr } = bench("--format", "github-action-benchmark");
      assert.equal(status, 0, stderr);
      const folder = join(path, "results", "export", "a-github-action-benchmark");
      const names = readdirSync(folder);
      assert.ok(names.length > 1);
      for (const name of names) assert.match(stderr, new RegExp(`wrote .*a-github-action-benchmark/${name}`));
      assert.deepEqual(readdirSync(path).sort(), ["a", "results"]);

      const below = join(side, "engine-0badcafe-r1", "manifest.json", "below");
      const refused = bench("--format", "csv", "--out", below);
      assert.match(refused.stderr, /^error: --out cannot be written at .*below: a part of the path is a file/);
      assert.deepEqual([refused.status, existsSync(below)], [2, false]);
    } finally {
      await remove();
    }
  });
}).timeout(120_000);
