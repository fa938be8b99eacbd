import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { report } from "../../cli/report.ts";
import { writeSide } from "../analysis/gate/runFolders.ts";
import { temporaryFolder } from "../analysis/nativeFolder.ts";

describe("./bench report", () => {
  it("of a folder that is no run: says so, and names those that it holds", async () => {
    const { path, remove } = await temporaryFolder();
    try {
      const refused = (folder: string, next: RegExp) =>
        assert.rejects(report(folder), (error: Error & { next: string; exitCode: number }) => {
          assert.match(error.message, /is neither a run folder .* nor a comparison/);
          assert.match(error.next, next);
          assert.equal(error.exitCode, 2);
          return true;
        });
      mkdirSync(join(path, "empty"));
      await refused(join(path, "empty"), /^name a folder below results/);
      await refused(join(path, "none"), /^name a folder below results/);
      const side = await writeSide(join(path, "a"), { repetitions: 2 });
      await refused(side, /^name one of its 2 folders, such as .*-r1 or .*-r2$/);
    } finally {
      await remove();
    }
  });
});
