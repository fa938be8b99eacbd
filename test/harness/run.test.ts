import assert from "node:assert/strict";
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import type { HarnessPlan, Stage } from "../../harness/plan.ts";
import { type HarnessProgress, type StageSummary, WARMUP_STAGE } from "../../harness/recordFormat.ts";
import { type RunOptions, type RunResult, runPlan } from "../../harness/run.ts";
import { newFolder, type ResultRow, readErrors, readRows, readSummary } from "./resultFolder.ts";
import {
  delta,
  fixed,
  piece,
  type ScriptedRequest,
  ScriptedServer,
  streamHead,
  streamTail,
  wholeStream,
} from "./scriptedServer.ts";
import { closed, testPlan } from "./testPlan.ts";

type Answer = Parameters<typeof ScriptedServer.start>[0];

interface Ran extends RunResult {
  readonly rows: readonly ResultRow[];
  readonly requests: readonly ScriptedRequest[];
  readonly errors: ReturnType<typeof readErrors>;
}

async function run(answer: Answer, changes: Partial<HarnessPlan>, options: RunOptions = {}): Promise<Ran> {
  const server = await ScriptedServer.start(answer);
  const folder = newFolder();
  try {
    const result = await runPlan(testPlan(server.origin, changes), folder.path, options);
    assert.deepEqual(readSummary(folder.path), JSON.parse(JSON.stringify(result.summary)));
    const parts = [result.summary.warmup, ...result.summary.stages].filter((part) => part !== null);
    for (const part of parts) assert.equal(total(part), part.sent, "the sum of outcomes is what was sent");
    const rows = readRows(folder.path);
    assert.equal(
      rows.length,
      parts.reduce((sum, part) => sum + part.sent, 0),
    );
    return { ...result, rows, requests: server.requests, errors: readErrors(folder.path) };
  } finally {
    folder.remove();
    await server.stop();
  }
}

const total = (stage: StageSummary): number => Object.values(stage.outcomes).reduce((a, b) => a + b);
const seconds = (name: string, load: Stage["load"], time: number): Stage => ({ name, load, stop: { seconds: time } });
const late =
  (ms: number, text: string): Answer =>
  (socket) =>
    void setTimeout(() => socket.write(text), ms);

describe("closed loop", () => {
  it("keeps the asked number of requests in flight and sends the asked number", async () => {
    let inFlight = 0;
    let most = 0;
    const { summary, rows } = await run(
      (socket) => {
        most = Math.max(most, ++inFlight);
        setTimeout(() => {
          inFlight--;
          socket.write(wholeStream(3));
        }, 15);
      },
      { stages: [closed(4, 21), closed(2, 5)] },
    );
    assert.equal(most, 4);
    assert.deepEqual(
      summary.stages.map((s) => [s.sent, s.outcomes.ok, s.status]),
      [
        [21, 21, "complete"],
        [5, 5, "complete"],
      ],
    );
    assert.equal(rows.filter((r) => r.stage === 1).length, 5);
    assert.deepEqual(
      rows.map((r) => r.request).toSorted((a, b) => a - b),
      [...Array(26).keys()],
    );
    assert.ok(rows.every((r) => r.scheduledMs === r.sentMs));
    assert.ok(summary.stages[1]!.startMs >= summary.stages[0]!.drainedMs);
  });

  it("ends a fixed-time stage on time and lets what is in flight end", async () => {
    const stage = seconds("t", { type: "concurrency", concurrency: 2 }, 0.5);
    const { summary, rows } = await run(late(120, wholeStream(3)), { stages: [stage] });
    const { startMs, endMs, drainedMs, outcomes, sent } = summary.stages[0]!;
    assert.ok(Math.abs(endMs - startMs - 500) < 1e-6);
    assert.ok(drainedMs > endMs && drainedMs < endMs + 400, `drained ${drainedMs - endMs} ms after the end`);
    assert.equal(outcomes.ok, sent);
    assert.ok(rows.every((r) => r.sentMs <= endMs + 30));
  });

  it("pauses a client whose requests only fail: no storm of failures, none in the first stage ends the run", async () => {
    const stages: HarnessPlan["stages"] = [seconds("a", { type: "concurrency", concurrency: 2 }, 0.6), closed(1, 5)];
    const result = await run((socket) => socket.end(), { stages });
    assert.equal(result.exitCode, 4);
    const { sent } = result.summary.stages[0]!;
    assert.ok(sent >= 6 && sent <= 20, `${sent} requests sent`);
    assert.deepEqual([result.summary.stages[1]!.status, result.summary.stages[1]!.sent], ["skipped", 0]);
    assert.equal(result.summary.status, "partial");
    assert.match(
      result.message!,
      /^not one of \d+ requests to "test" at http:.* succeeded: \d+ x cut, the first: .*closed.*; 1 further stages were skipped$/,
    );
  });
});

describe("open loop", () => {
  it("sends on schedule, never early, whatever the server does", async () => {
    const stage: Stage = { name: "p", load: { type: "poisson", requestsPerSecond: 100 }, stop: { requests: 60 } };
    const { summary, rows } = await run(late(300, wholeStream(3)), { stages: [stage] });
    const { client, gapCv, startMs, endMs } = summary.stages[0]!;
    assert.equal(summary.stages[0]!.outcomes.ok, 60);
    assert.ok(rows.every((r) => r.sentMs >= r.scheduledMs));
    const times = rows.map((r) => r.scheduledMs).toSorted((a, b) => a - b);
    assert.ok(Math.abs(times[0]! - startMs) < 1e-6 && Math.abs(times[59]! - endMs) < 1e-6);
    assert.ok(Math.abs(endMs - startMs - 590) < 1e-6, "59 gaps at 100/s");
    assert.ok(gapCv! > 0.6 && gapCv! < 1.5);
    assert.ok(client.dispatchLagP50Ms! < 20, `lag ${client.dispatchLagP50Ms}`);
  });

  it("a fixed-time stage lasts its time and offers rate x seconds", async () => {
    const stages: HarnessPlan["stages"] = [
      seconds("c", { type: "constant", requestsPerSecond: 20 }, 0.5),
      closed(1, 1),
    ];
    const { summary } = await run(late(0, wholeStream(3)), { stages });
    const [first, second] = summary.stages;
    assert.deepEqual([first!.sent, first!.gapCv! < 1e-9], [10, true]);
    assert.ok(first!.drainedMs >= first!.endMs - 2 && second!.startMs >= first!.endMs - 2, "windows do not overlap");
  });

  it("shows a stalled server in full (no coordinated omission)", async () => {
    // 100 requests/s, and from the 30th on 500 ms in which the server answers nothing.
    let stallEndsMs = Number.NaN;
    let longWaits = 0;
    const answer: Answer = (socket, { index }) => {
      if (index === 30) stallEndsMs = performance.now() + 500;
      const wait = Math.max(0, stallEndsMs - performance.now()) || 0;
      if (wait > 100) longWaits++;
      setTimeout(() => socket.write(wholeStream(3)), wait);
    };
    const open: Stage = { name: "o", load: { type: "constant", requestsPerSecond: 100 }, stop: { seconds: 1.2 } };
    const { rows } = await run(answer, { stages: [open] });
    const slow = rows.filter((r) => r.e2eMs + r.sentMs - r.scheduledMs > 100).length;
    // About 40 requests arrive in the first 400 ms of the stall; a closed loop of one would have seen one.
    assert.ok(longWaits >= 30, `${longWaits} requests met the stall`);
    assert.ok(slow >= longWaits, `${slow} slow requests, ${longWaits} by the server's account`);
    assert.equal(rows.length, 120);
  });
});

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
