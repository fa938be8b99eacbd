import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { analyse } from "../../../analysis/analyse.ts";
import { importRun } from "../../../analysis/import/importRun.ts";
import { SketchView } from "../../../analysis/itlSketch.ts";
import type { HarnessPlan } from "../../../harness/plan.ts";
import { finishReasons, outcomes } from "../../../harness/recordFormat.ts";
import { runPlan } from "../../../harness/run.ts";
import { originOf, temporaryFolder } from "../nativeFolder.ts";
import { options } from "../systems.ts";

const TOKENS = 6;
const GAP_MS = 8;

/** Answers with six token events 8 ms apart and a usage of 12 + 6 tokens, 4 of them cached; every seventh with 503. */
async function engine(): Promise<{ server: Server; url: string }> {
  let count = 0;
  const server = createServer((_, response) => {
    if (++count % 7 === 0) {
      response.writeHead(503, { "content-type": "application/json" }).end('{"error": {"message": "overloaded"}}');
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    const event = (body: object) =>
      response.write(`data: ${JSON.stringify({ id: "1", object: "chat.completion.chunk", ...body })}\n\n`);
    event({ choices: [{ index: 0, delta: { role: "assistant", content: "" } }] });
    let token = 0;
    const timer = setInterval(() => {
      const last = ++token === TOKENS;
      event({ choices: [{ index: 0, delta: { content: ` w${token}` }, finish_reason: last ? "length" : null }] });
      if (!last) return;
      clearInterval(timer);
      const usage = {
        prompt_tokens: 12,
        completion_tokens: TOKENS,
        total_tokens: 18,
        prompt_tokens_details: { cached_tokens: 4 },
      };
      event({ choices: [], usage });
      response.end("data: [DONE]\n\n");
    }, GAP_MS);
    response.on("close", () => clearInterval(timer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe("what the load generator writes", () => {
  it("is read back: rows, gaps, outcomes, windows", async () => {
    const { server, url } = await engine();
    const folder = await temporaryFolder();
    try {
      const plan: HarnessPlan = {
        ...{
          formatVersion: 1,
          runId: "engine-0badcafe-r1",
          seed: 1,
          api: "chat",
          stream: true,
          ignoreEos: true,
          extraBody: {},
        },
        target: { name: "engine", baseUrl: url, model: "m", apiKeyEnv: null },
        data: {
          ...{ type: "synthetic", form: "text", sharedPrefix: null },
          ...{ inputTokens: { type: "fixed", value: 12 }, outputTokens: { type: "fixed", value: TOKENS } },
        },
        warmup: { requests: 2, concurrency: 1 },
        stages: [
          { name: "c2", load: { type: "concurrency", concurrency: 2 }, stop: { seconds: 0.5 } },
          { name: "r40", load: { type: "poisson", requestsPerSecond: 40 }, stop: { requests: 20 } },
        ],
        deadlines: { connectMs: 1000, firstTokenMs: 2000, betweenTokensMs: 2000, totalMs: 5000 },
      };
      const { summary } = await runPlan(plan, join(folder.path, "results"));
      const run = await importRun(folder.path, originOf({}));
      assert.equal(run.status, "complete", run.reason ?? "");
      assert.deepEqual(run.plan, plan);
      assert.deepEqual(
        run.stages.map(({ summary }) => summary),
        summary.stages,
      );
      const rows = run.requests!;
      assert.equal(
        rows.length,
        summary.stages.reduce((sum, { sent }) => sum + sent, 0),
      );
      for (let row = 0; row < rows.length; row++) {
        if (outcomes[rows.outcome[row]!] === "http5xx") {
          assert.equal(rows.status[row], 503);
          continue;
        }
        assert.equal(outcomes[rows.outcome[row]!], "ok");
        const tokens = [rows.promptTokens, rows.cachedTokens, rows.outputTokens, rows.outputTokensAsked].map(
          (column) => column[row],
        );
        assert.deepEqual(tokens, [12, 4, TOKENS, TOKENS]);
        assert.equal(finishReasons[rows.finishReason[row]!], "length");
        const times = [rows.scheduledMs, rows.sentMs, rows.firstTokenMs, rows.lastTokenMs, rows.endMs].map(
          (column) => column[row]!,
        );
        assert.deepEqual(
          times.toSorted((a, b) => a - b),
          times,
        );
      }
      // Gaps add up to last - first token, whatever the timers did: both sides to 0.1 %.
      const [closed, open] = run.itl.map(({ counts }) => new SketchView(counts));
      for (const [stage, view] of [closed!, open!].entries()) {
        let sum = 0;
        for (let row = 0; row < rows.length; row++) {
          if (rows.stage[row] === stage && rows.outcome[row] === 0)
            sum += rows.lastTokenMs[row]! - rows.firstTokenMs[row]!;
        }
        assert.equal(view.n, (TOKENS - 1) * summary.stages[stage]!.outcomes.ok);
        assert.ok(Math.abs((view.n * view.meanMs) / sum - 1) < 0.002, `${view.n * view.meanMs} for ${sum}`);
      }
      const { systems } = analyse([run], options);
      const [c2, r40] = systems[0]!.stages;
      assert.deepEqual([c2!.load, r40!.load, r40!.pooled.sent], [2, 40, 20]);
      // A busy machine fits few requests into the stage, too few for a percentile.
      assert.ok(c2!.pooled.tpotMs.mean.value! > 0.8 * GAP_MS);
      assert.equal(c2!.pooled.cachedShare.value, 4 / 12);
      assert.equal(c2!.errors![0]!.outcome, "http5xx");
      assert.match(c2!.errors![0]!.message, /503/);
      assert.ok(Math.abs(c2!.pooled.windowSeconds! - 0.5) < 0.001);
    } finally {
      server.closeAllConnections();
      server.close();
      await folder.remove();
    }
  });
});
