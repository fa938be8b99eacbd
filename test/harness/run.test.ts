import assert from "node:assert/strict";
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import type { HarnessPlan } from "../../harness/plan.ts";
import { type HarnessProgress, WARMUP_STAGE } from "../../harness/recordFormat.ts";
import { runPlan } from "../../harness/run.ts";
import { newFolder, readSummary } from "./resultFolder.ts";
import { type Answer, late, run, seconds } from "./runAgainst.ts";
import { delta, fixed, piece, ScriptedServer, streamHead, streamTail, wholeStream } from "./scriptedServer.ts";
import { closed, testPlan } from "./testPlan.ts";

describe("a run", () => {
  it("is the same experiment again: same prompts, lengths, times; another seed, another experiment", async () => {
    const data: HarnessPlan["data"] = {
      type: "synthetic",
      form: "text",
      inputTokens: { type: "uniform", min: 5, max: 50 },
      outputTokens: { type: "lognormal", mean: 20, stdDev: 10, min: 1, max: 99 },
      sharedPrefix: null,
    };
    const stages: HarnessPlan["stages"] = [
      { name: "p", load: { type: "poisson", requestsPerSecond: 200 }, stop: { requests: 30 } },
    ];
    const bodies = async (seed: number): Promise<string[]> => {
      const { requests, rows, summary } = await run(late(1, wholeStream(3)), { data, stages, seed });
      const times = rows
        .toSorted((a, b) => a.request - b.request)
        .map((r) => (r.scheduledMs - summary.stages[0]!.startMs).toFixed(6));
      return [...requests.map((r) => JSON.stringify(r.body)).toSorted(), ...times];
    };
    const first = await bodies(1);
    assert.equal(new Set(first).size, 60);
    assert.deepEqual(await bodies(1), first);
    assert.equal(
      (await bodies(2)).filter((body) => first.includes(body)).length,
      2,
      "the first and the last time, as the rate is exact",
    );
  });

  it("discards warm-up: its own stage number, prompts and summary", async () => {
    const { summary, rows, requests } = await run(late(0, wholeStream(3)), {
      warmup: { requests: 3, concurrency: 2 },
      stages: [closed(1, 3)],
    });
    assert.deepEqual([summary.warmup!.sent, summary.stages[0]!.sent], [3, 3]);
    assert.equal(rows.filter((r) => r.stage === WARMUP_STAGE).length, 3);
    assert.equal(new Set(requests.map((r) => JSON.stringify(r.body.messages))).size, 6);
  });

  it("counts every request once, whatever the mixture of answers", async () => {
    const answers = [
      wholeStream(3),
      fixed("500 x", "text/plain", "x"),
      fixed("429 x", "text/plain", "x"),
      `${streamHead}garbage`,
      streamHead + piece(delta({ content: "a" })) + streamTail,
      null,
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(5), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 4 }),
        async (kinds, concurrency) => {
          const { summary, rows } = await run(
            (socket, request) => {
              const text = answers[kinds[request.index] ?? 0];
              if (text === null || text === undefined) socket.destroy();
              else socket.write(text);
            },
            { stages: [closed(concurrency, kinds.length)] },
          );
          const ok = kinds.filter((kind) => kind === 0).length;
          assert.equal(summary.stages[0]!.outcomes.ok, ok);
          assert.equal(rows.length, kinds.length);
        },
      ),
      { numRuns: 12 },
    );
  });

  it("stopped by a signal keeps what it has, marks it partial and is quick about it", async () => {
    const stopper = new AbortController();
    let askedMs = 0;
    const stop = (): void => {
      askedMs = performance.now();
      stopper.abort("stopped by SIGTERM");
    };
    const answer: Answer = (socket, { index }) => {
      socket.write(index < 6 ? wholeStream(3) : streamHead + piece(delta({ content: "a" })));
      if (index === 8) setTimeout(stop, 150);
    };
    const stages: HarnessPlan["stages"] = [seconds("long", { type: "concurrency", concurrency: 3 }, 60), closed(1, 1)];
    const result = await run(answer, { stages }, { signal: stopper.signal });
    assert.ok(performance.now() - askedMs < 2000);
    assert.equal(result.exitCode, 3);
    assert.match(result.message!, /^partial: stopped by SIGTERM/);
    assert.deepEqual(
      [result.summary.status, result.summary.stages.map((s) => s.status)],
      ["partial", ["partial", "skipped"]],
    );
    assert.deepEqual([result.summary.stages[0]!.outcomes.ok, result.summary.stages[0]!.outcomes.cancelled], [6, 3]);
    const cancelled = result.rows.filter((r) => r.outcome === "cancelled");
    assert.deepEqual(
      cancelled.map((r) => r.events),
      [1, 1, 1],
    );
    assert.equal(result.errors.filter((e) => e.message === "stopped by SIGTERM").length, 3);
  });

  it("says where it is", async () => {
    const seen: HarnessProgress[] = [];
    const stages: HarnessPlan["stages"] = [
      closed(1, 3),
      seconds("t", { type: "constant", requestsPerSecond: 10 }, 1.2),
    ];
    const warmup = { requests: 1, concurrency: 1 };
    await run(late(5, wholeStream(3)), { warmup, stages }, { onProgress: (p) => seen.push(p) });
    assert.deepEqual([...new Set(seen.map((p) => p.phase))], ["warmup", "stage", "done"]);
    const inStage = seen.find((p) => p.stage === 2)!;
    assert.ok(inStage.etaSeconds! > 1 && inStage.etaSeconds! < 1.3, `ETA ${inStage.etaSeconds}`);
    const last = seen.at(-1)!;
    assert.deepEqual([last.phase, last.ok, last.failed, last.inFlight, last.etaSeconds], ["done", 15, 0, 0, 0]);
  });

  it("does not write over results, and needs its API key", async () => {
    const folder = newFolder();
    mkdirSync(folder.path);
    writeFileSync(join(folder.path, "requests.bin"), "precious");
    const plan = testPlan("http://127.0.0.1:1");
    await assert.rejects(runPlan(plan, folder.path), {
      name: "PlanError",
      message: /--out: .* holds the results of a run/,
    });
    const target = { ...plan.target, apiKeyEnv: "LLM_BENCH_NO_SUCH_KEY" };
    const message =
      /target\.apiKeyEnv: "LLM_BENCH_NO_SUCH_KEY" is not allowed here; give an environment variable that is set/;
    await assert.rejects(runPlan({ ...plan, target }, join(folder.path, "new")), { name: "PlanError", message });
    assert.ok(!existsSync(join(folder.path, "new")));
    folder.remove();
  });

  it("tells of a full disk, and what it wrote before is whole", async function () {
    if (!existsSync("/dev/full")) return this.skip();
    const server = await ScriptedServer.start(late(1, wholeStream(3)));
    const folder = newFolder();
    mkdirSync(folder.path);
    symlinkSync("/dev/full", join(folder.path, "arrivals.bin"));
    const stages: HarnessPlan["stages"] = [seconds("long", { type: "concurrency", concurrency: 1 }, 60)];
    await assert.rejects(
      runPlan(testPlan(server.origin, { stages }), folder.path),
      /cannot write the results in .*ENOSPC/,
    );
    const summary = readSummary(folder.path);
    assert.equal(summary.status, "partial");
    assert.match(summary.reason!, /ENOSPC/);
    await server.stop();
    folder.remove();
  });
});
