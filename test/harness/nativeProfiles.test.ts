import assert from "node:assert/strict";
import type { HarnessPlan } from "../../harness/plan.ts";
import { runPlan } from "../../harness/run.ts";
import { rawFromStackFile } from "../../scenario/config.ts";
import { parseScenario } from "../../scenario/parse.ts";
import { imageTokens } from "../../simulator/imageTokens.ts";
import { type RunningSimulator, startSimulator } from "../../simulator/server.ts";
import { profileNames, renderPlan } from "../../workloads/index.ts";
import { fastConfig } from "../simulator/simulatorUnderTest.ts";
import { newFolder, type ResultRow, readRows } from "./resultFolder.ts";

const model = "llama-8b";

/** The profile as a scenario of platform local has it, cut to a few requests. */
function planOf(profile: string, url: string): HarnessPlan {
  const values = { platform: "local", gpu: "h100-80", model, workload: profile };
  const overrides = { stages: { concurrency: [2], requests: 4 }, warmup: { requests: 1, concurrency: 1 } };
  const entries = Object.entries({ ...values, workloadOverrides: overrides });
  const text = JSON.stringify({ config: Object.fromEntries(entries.map(([k, v]) => [`llm-bench:${k}`, v])) });
  const scenario = parseScenario(rawFromStackFile(text), { stack: "test", file: "Pulumi.test.yaml" });
  return renderPlan(scenario, scenario.targets[0], { url, servedModel: model, apiKeyEnv: null }, 1, "native");
}

describe("native profiles against the simulated engine", () => {
  let simulator: RunningSimulator;
  before(async () => {
    simulator = await startSimulator({
      ...fastConfig,
      model,
      maxModelLen: 16_384,
      numGpuBlocks: 8192,
      maxNumBatchedTokens: 8192,
      speed: 1000,
    });
  });
  after(() => simulator.close());

  async function rowsOf(profile: string): Promise<{ plan: HarnessPlan; rows: ResultRow[] }> {
    const folder = newFolder();
    try {
      const plan = planOf(profile, simulator.url);
      const { exitCode, message, summary } = await runPlan(plan, folder.path);
      assert.equal(exitCode, 0, message ?? "");
      assert.equal(summary.stages[0]!.outcomes.ok, 4);
      return { plan, rows: readRows(folder.path).filter(({ stage }) => stage === 0) };
    } finally {
      folder.remove();
    }
  }

  for (const profile of profileNames("llmbench")) {
    it(`${profile}: every request gets its whole answer`, async () => {
      const { plan, rows } = await rowsOf(profile);
      assert.equal(rows.length, 4);
      for (const row of rows) {
        assert.equal(row.outcome, "ok");
        assert.ok(row.fromUsage && row.outputTokens === row.outputTokensAsked, `${row.outputTokens} tokens`);
        assert.ok(row.ttftMs > 0 && row.ttftMs <= row.e2eMs);
        if (plan.data.type !== "synthetic") continue;
        const { sharedPrefix, images } = plan.data;
        if (images) {
          const [least, most] = [images.width.min, images.width.max].map((side) => imageTokens(side, side));
          assert.equal(row.promptTokensAsked, -1, "what an image costs only the engine knows");
          assert.ok(row.promptTokens > least! && row.promptTokens < most! + 200, `${row.promptTokens} tokens`);
        } else {
          const ratio = row.promptTokens / row.promptTokensAsked;
          assert.ok(ratio > 0.9 && row.promptTokens < 1.4 * row.promptTokensAsked + 30, `${ratio}`);
        }
        if (sharedPrefix && row !== rows[0] && row !== rows[1])
          assert.ok(row.cachedTokens >= sharedPrefix.tokens / 2, "the shared instruction is found in the cache");
      }
    });
  }

  it("text-classification has a TTFT though its answers have one token: the whole request's time but for its end", async () => {
    const { rows } = await rowsOf("text-classification");
    for (const row of rows) {
      assert.equal(row.outputTokens, 1);
      assert.equal(row.events, 1);
      assert.ok(Number.isFinite(row.ttftMs) && row.ttftMs > 0);
      assert.ok(row.e2eMs >= row.ttftMs && row.e2eMs - row.ttftMs < 100);
      assert.equal(row.gapsMs.length, 1, "sent to first token, and no gap between tokens");
    }
  });
});
