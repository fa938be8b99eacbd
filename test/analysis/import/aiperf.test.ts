import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StageMetrics, Summary } from "../../../analysis/analysis.ts";
import { importAiperf } from "../../../analysis/import/aiperf/aiperf.ts";
import { ImportError } from "../../../analysis/import/importError.ts";
import type { NativeResults } from "../../../analysis/import/nativeResults.ts";
import { stageMetrics } from "../../../analysis/metrics.ts";
import type { Run } from "../../../analysis/run.ts";
import { stageRows } from "../../../analysis/stageRows.ts";
import { filesOf, importDamaged } from "./damage.ts";

const folder = (name: string) => join(import.meta.dirname, "../../data/aiperf", name);
const measured = (results: NativeResults): StageMetrics[] =>
  stageRows(results as unknown as Run).map((rows) => stageMetrics([rows!]));
const near = (a: number | null, b: number | null, what: string, share = 1e-6) =>
  assert.ok(a !== null && b !== null && Math.abs(a - b) <= share * Math.abs(b) + 1e-6, `${what}: ${a}, ${b}`);

function agree(ours: Summary, theirs: Summary, what: string, share?: number): void {
  assert.equal(ours.n, theirs.n, what);
  for (const key of ["mean", "min", "max"] as const) near(ours[key].value, theirs[key].value, `${what}.${key}`, share);
}

/** A copy that a test may damage. */
async function copyOf(name: string, use: (native: string) => Promise<void>): Promise<void> {
  const native = await mkdtemp(join(tmpdir(), "llmbench-aiperf-"));
  try {
    await cp(folder(name), native, { recursive: true });
    await use(native);
  } finally {
    await rm(native, { recursive: true });
  }
}

describe("import of aiperf", () => {
  for (const name of ["sweep", "vllm", "faults", "2025"])
    it(`${name}: what aiperf computed agrees with its requests where the definitions are equal`, async () => {
      const results = await importAiperf(folder(name));
      assert.deepEqual(results.problems, []);
      for (const [index, ours] of measured(results).entries()) {
        const theirs = results.stages[index]!.reported!;
        for (const key of ["ttftMs", "tpotMs", "e2eMs", "inputTokens", "outputTokens"] as const)
          agree(ours[key], theirs[key], key);
        // Ours comes from a sketch, and in whole microseconds.
        near(ours.itlMs.mean.value, theirs.itlMs.mean.value, "itlMs", 2e-3);
        assert.equal(ours.itlMs.n, theirs.itlMs.n);
        near(ours.failureRate.value, theirs.failureRate.value, "failureRate");
        if (name !== "2025") agree(ours.generationMs, theirs.generationMs, "generationMs");
        if (name !== "2025") near(ours.cachedShare.value, theirs.cachedShare.value, "cachedShare");
      }
    });

  it("a request by hand: nanoseconds and units as the file says them", async () => {
    const { requests, stages, startedAt, harnessVersion } = await importAiperf(folder("faults"));
    assert.equal(harnessVersion, "0.12.0");
    assert.equal(startedAt, "2026-11-22T12:50:46.893Z");
    assert.deepEqual(stages[0]!.plan, {
      name: "concurrency 2",
      load: { type: "concurrency", concurrency: 2 },
      stop: { requests: 14 },
    });
    const line = (await readFile(join(folder("faults"), "profile_export.jsonl"), "utf8")).split("\n")[0]!;
    const { metrics } = JSON.parse(line);
    const row = [...requests!.endMs.keys()].find(
      (at) => Math.abs(requests!.endMs[at]! - requests!.sentMs[at]! - metrics.request_latency.value) < 1e-6,
    )!;
    near(requests!.firstTokenMs[row]! - requests!.sentMs[row]!, metrics.time_to_first_token.value, "TTFT");
    assert.equal(requests!.outputTokens[row], metrics.usage_completion_tokens.value);
    assert.equal(requests!.promptTokens[row], metrics.usage_prompt_tokens.value);
    assert.equal(requests!.events[row], metrics.inter_chunk_latency.value.length + 1);
    near(stages[0]!.reported!.windowSeconds, 0.737369088, "window");
    near(stages[0]!.reported!.e2eMs.p99.value, 147.89264516999998, "p99");
  });

  it("failures have their classes; aiperf takes an answer with half an event for a success", async () => {
    const { stages, errors } = await importAiperf(folder("faults"));
    const { outcomes } = stages[0]!.summary;
    assert.deepEqual([outcomes.ok, outcomes.http5xx, outcomes.cut, outcomes.empty, outcomes.http429], [10, 1, 1, 1, 1]);
    assert.deepEqual(errors.map(({ status }) => status).sort(), [0, 0, 429, 500]);
  });

  it("the loads of a sweep are its folders, without warm-up and without what it aggregates", async () => {
    const { stages, requests } = await importAiperf(folder("sweep"));
    assert.deepEqual(
      stages.map(({ plan }) => plan.name),
      ["concurrency 1", "concurrency 4"],
    );
    assert.equal(requests!.length, 12);
    assert.ok(stages[1]!.summary.startMs > stages[0]!.summary.drainedMs);
  });

  it("not streamed, one token, a request rate", async () => {
    const whole = (await importAiperf(folder("whole"))).stages[0]!.reported!;
    assert.deepEqual([whole.ttftMs.n, whole.ttftMs.mean.value, whole.e2eMs.n], [0, null, 4]);
    const one = (await importAiperf(folder("one-token"))).stages[0]!.reported!;
    assert.equal(one.tpotMs.mean.value, null);
    assert.equal(one.ttftMs.n, 4);
    const { stages, requests } = await importAiperf(folder("poisson"));
    assert.deepEqual(stages[0]!.plan.load, { type: "poisson", requestsPerSecond: 10 });
    assert.deepEqual(stages[0]!.plan.stop, { seconds: 2 });
    for (let row = 0; row < requests!.length; row++) assert.ok(requests!.scheduledMs[row]! < requests!.sentMs[row]!);
  });

  it("a run without its lines has aiperf's own figures, one without its summary has the lines", async () => {
    await copyOf("vllm", async (native) => {
      await rm(join(native, "profile_export.jsonl"));
      const { requests, stages, problems } = await importAiperf(native);
      assert.equal(requests, null);
      assert.equal(stages[0]!.summary.outcomes.ok, 8);
      assert.ok(stages[0]!.reported!.ttftMs.p99.value! > 0);
      assert.match(problems.join(), /profile_export.jsonl is missing/);
    });
    await copyOf("sweep", async (native) => {
      await rm(join(native, "concurrency_4/profile_export_aiperf.json"));
      const { requests, stages, problems } = await importAiperf(native);
      assert.equal(requests!.length, 12);
      assert.deepEqual(
        stages.map(({ plan }) => plan.name),
        ["concurrency 1", "concurrency 4"],
      );
      assert.equal(stages[1]!.reported, null);
      assert.match(problems.join(), /concurrency_4: aiperf was killed before its end/);
    });
  });

  it("loads without lines are laid end to end, before, between or after those with lines", async () => {
    for (const lost of [["concurrency_1", "concurrency_4"], ["concurrency_1"], ["concurrency_4"]])
      await copyOf("sweep", async (native) => {
        for (const load of lost) await rm(join(native, load, "profile_export.jsonl"));
        const { stages, requests, startedAt, durationSeconds } = await importAiperf(native);
        const [first, second] = stages.map(({ summary }) => summary);
        for (const [index, load] of ["concurrency_1", "concurrency_4"].entries())
          if (lost.includes(load)) {
            const { summary, reported } = stages[index]!;
            near((summary.endMs - summary.startMs) / 1000, reported!.windowSeconds!, load);
            assert.equal(summary.drainedMs, summary.endMs);
            assert.equal(summary.sent, 6);
          }
        if (lost.includes("concurrency_1")) assert.equal(first!.startMs, 0);
        assert.ok(second!.startMs >= first!.drainedMs, `${lost}: ${second!.startMs}, ${first!.drainedMs}`);
        assert.equal(durationSeconds, second!.drainedMs / 1000);
        // When the first load began is not kept where its lines are lost.
        assert.equal(startedAt === null, lost.includes("concurrency_1"));
        assert.equal(requests === null, lost.length === 2);
      });
  });

  it("a last line that is cut off is left out; any other is damage; a unit that is no time is refused", async () => {
    await copyOf("vllm", async (native) => {
      const file = join(native, "profile_export.jsonl");
      const text = await readFile(file, "utf8");
      await truncate(file, text.length - 20);
      const { requests, problems } = await importAiperf(native);
      assert.equal(requests!.length, 7);
      assert.match(problems.join(), /ends inside line 8/);
      await writeFile(file, text.replace('"metrics"', '"metrics'));
      await assert.rejects(
        importAiperf(native),
        (error) => error instanceof ImportError && /line 1 /.test(error.message),
      );
      await writeFile(
        file,
        text.replaceAll(
          /"request_latency":\{"value":([\d.]+),"unit":"ms"\}/g,
          '"request_latency":{"value":$1,"unit":"parsec"}',
        ),
      );
      await assert.rejects(importAiperf(native), /no request_latency in a unit of time/);
    });
  });

  it("1000 damaged files: read or refused, never a crash, never 0 for what is missing", async () => {
    const { "profile_export_aiperf.json": summary, "profile_export.jsonl": rows } = await filesOf(folder("vllm"));
    const files = { "profile_export_aiperf.json": summary!, "profile_export.jsonl": rows! };
    const { read, refused } = await importDamaged(importAiperf, files, 1000);
    assert.ok(read > 100 && refused > 100, `${read} read, ${refused} refused`);
  }).timeout(240_000);
});
