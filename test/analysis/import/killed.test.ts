import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { importRun } from "../../../analysis/import/importRun.ts";
import { SketchView } from "../../../analysis/itlSketch.ts";
import type { HarnessPlan } from "../../../harness/plan.ts";
import { outcomes, RECORD_BYTES } from "../../../harness/recordFormat.ts";
import { fixedLength, testPlan } from "../../harness/testPlan.ts";
import { fastConfig, withSimulator } from "../../simulator/simulatorUnderTest.ts";
import { originOf, temporaryFolder } from "../nativeFolder.ts";

const main = join(import.meta.dirname, "..", "..", "..", "harness", "main.ts");
const TOKENS = 6;

function planFor(baseUrl: string): HarnessPlan {
  const data = { type: "synthetic", form: "text", sharedPrefix: null } as const;
  return testPlan(baseUrl, {
    runId: "engine-0badcafe-r1",
    target: { name: "engine", baseUrl, model: fastConfig.model, apiKeyEnv: null },
    data: { ...data, inputTokens: fixedLength(8), outputTokens: fixedLength(TOKENS) },
    stages: [
      { name: "first", load: { type: "concurrency", concurrency: 4 }, stop: { seconds: 0.4 } },
      { name: "second", load: { type: "constant", requestsPerSecond: 200 }, stop: { seconds: 60 } },
    ],
  });
}

interface Moment {
  readonly from: "start" | "first file";
  readonly afterMs: number;
}

/** Starts the load generator and kills it without warning; what is then in the folder is what a killed pod leaves. */
async function killed(baseUrl: string, folder: string, { from, afterMs }: Moment): Promise<void> {
  writeFileSync(join(folder, "plan.json"), JSON.stringify(planFor(baseUrl)));
  const args = [main, "--plan", join(folder, "plan.json"), "--out", join(folder, "results"), "--progress", "none"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
  const ended = once(child, "close");
  while (from === "first file" && !existsSync(join(folder, "results"))) await sleep(1);
  await sleep(afterMs);
  child.kill("SIGKILL");
  assert.deepEqual(await ended, [null, "SIGKILL"]);
}

describe("a load generator killed without warning", () => {
  // From before the first file to well into the second stage, densely where the files are made.
  const moments: Moment[] = [
    { from: "start", afterMs: 150 * Math.random() },
    ...[0, 2, 8, 30, 200, 700, 1500].map(
      (ms): Moment => ({ from: "first file", afterMs: ms * (1 + 0.5 * Math.random()) }),
    ),
  ];

  it("leaves a run that is read as partial, with whole records only, whenever it was", async function () {
    this.timeout(240_000);
    let rowsSeen = 0;
    await withSimulator({}, async ({ url }) => {
      for (const moment of moments) {
        const when = `killed ${moment.afterMs.toFixed(1)} ms after the ${moment.from}`;
        const folder = await temporaryFolder();
        try {
          await killed(url, folder.path, moment);
          const native = join(folder.path, "results");
          const origin = { ...originOf({}), status: "partial", reason: "the pod was killed (exit code 137)" } as const;
          const run = await importRun(folder.path, origin);
          assert.equal(run.status, "partial");
          assert.match(run.reason!, /^the pod was killed \(exit code 137\)/);
          const file = join(native, "requests.bin");
          if (run.requests === null) {
            assert.ok(!existsSync(file), `${when}: there are records, but none were read`);
            continue;
          }
          assert.equal(run.requests.length, Math.floor(statSync(file).size / RECORD_BYTES));
          assert.match(run.reason!, /the load generator was killed before its end/);
          rowsSeen += run.requests.length;
          let gaps = 0;
          for (let row = 0; row < run.requests.length; row++) {
            const at = `row ${row} of a run ${when}`;
            assert.equal(outcomes[run.requests.outcome[row]!], "ok", at);
            assert.equal(run.requests.outputTokens[row], TOKENS, at);
            assert.equal(run.requests.events[row], TOKENS, at);
            gaps += TOKENS - 1;
          }
          assert.equal(
            run.itl.reduce((sum, { counts }) => sum + new SketchView(counts).n, 0),
            gaps,
            "every row has its token arrivals",
          );
          assert.equal(
            run.stages.reduce((sum, { summary }) => sum + summary.sent, 0),
            run.requests.length,
          );
          const ended = run.requests.endMs.reduce((last, ms) => Math.max(last, ms), 0) / 1000;
          assert.ok(run.durationSeconds >= ended);
        } finally {
          await folder.remove();
        }
      }
    });
    assert.ok(rowsSeen > 10, `${rowsSeen} rows were on disk when the generators were killed`);
  });
});
