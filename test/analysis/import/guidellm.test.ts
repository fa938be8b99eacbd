import assert from "node:assert/strict";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StageMetrics, Summary } from "../../../analysis/analysis.ts";
import { importGuidellm } from "../../../analysis/import/guidellm/guidellm.ts";
import type { NativeResults } from "../../../analysis/import/nativeResults.ts";
import { stageMetrics } from "../../../analysis/metrics.ts";
import type { Run } from "../../../analysis/run.ts";
import { stageRows } from "../../../analysis/stageRows.ts";
import { filesOf, importDamaged } from "./damage.ts";

const data = join(import.meta.dirname, "../../data/guidellm");
const folder = (name: string) => join(data, name);
const measured = (results: NativeResults): StageMetrics[] =>
  stageRows(results as unknown as Run).map((rows) => stageMetrics([rows!]));
const near = (a: number | null, b: number | null, what: string) =>
  assert.ok(a !== null && b !== null && Math.abs(a - b) <= 1e-3 * Math.max(1e-9, Math.abs(b)), `${what}: ${a}, ${b}`);

/** mean, min and max of equal definitions; percentiles follow another rule. */
function agree(ours: Summary, theirs: Summary, what: string): void {
  assert.equal(ours.n, theirs.n, what);
  for (const key of ["mean", "min", "max"] as const) near(ours[key].value, theirs[key].value, `${what}.${key}`);
}

interface Listed {
  readonly info: {
    readonly timings: Readonly<Record<"request_start" | "request_end", number>>;
    readonly error?: string;
  };
}
/** What the tests change of the file. */
interface Benchmark {
  readonly requests: { readonly successful: Listed[]; readonly errored: Listed[] };
  readonly scheduler_metrics: { readonly requests_made: object; readonly measure_start_time: number };
}

type Metrics = Readonly<Record<string, Readonly<Record<"successful", unknown>>>>;

describe("import of guidellm", () => {
  for (const name of ["concurrent", "0.6.1", "0.5.4", "vllm"])
    it(`${name}: what guidellm computed agrees with its requests where the definitions are equal`, async () => {
      const results = await importGuidellm(folder(name));
      assert.equal(results.harnessVersion, /^\d/.test(name) ? name : "0.7.3");
      assert.deepEqual(
        results.stages.map(({ plan }) => [plan.name, plan.load, plan.stop]),
        [1, 4].map((n) => [`concurrency ${n}`, { type: "concurrency", concurrency: n }, { requests: 6 }]),
      );
      assert.deepEqual(results.problems, []);
      for (const [index, ours] of measured(results).entries()) {
        const theirs = results.stages[index]!.reported!;
        // Asked for 6 at concurrency 4, it once made 5.
        assert.ok([5, 6].includes(ours.outcomes.ok));
        assert.equal(theirs.sent, ours.sent);
        for (const key of ["ttftMs", "e2eMs", "inputTokens", "outputTokens"] as const)
          agree(ours[key], theirs[key], key);
        // All answers have 16 tokens, so that its weights are equal.
        agree(ours.tpotMs, theirs.tpotMs, "tpotMs");
        assert.equal(theirs.itlMs.mean.value, null);
        assert.equal(theirs.failureRate.value, 0);
        assert.equal(theirs.cachedShare.value, null);
      }
    });

  it("a request by hand: seconds of the wall clock become ms from the start of the run", async () => {
    const { requests, startedAt, stages } = await importGuidellm(folder("concurrent"));
    // request_start ...108.263146, first token .2972548, last .3730788, end .3742723; the load began at .2605643.
    assert.equal(startedAt, "2026-11-22T12:38:28.260Z");
    near(requests!.sentMs[0]!, 2.5818, "sent");
    near(requests!.firstTokenMs[0]! - requests!.sentMs[0]!, 34.1089, "TTFT");
    near(requests!.lastTokenMs[0]! - requests!.firstTokenMs[0]!, 15 * 5.054934819539388, "TPOT");
    near(requests!.endMs[0]! - requests!.sentMs[0]!, 111.12642, "E2E");
    assert.deepEqual([requests!.promptTokens[0], requests!.outputTokens[0], requests!.events[0]], [62, 16, 16]);
    assert.equal(requests!.cachedTokens[0], -1);
    assert.equal(requests!.scheduledMs[0], requests!.sentMs[0]);
    near(stages[0]!.reported!.windowSeconds, 0.5933582782745361, "window");
  });

  it("failures have their classes, with messages", async () => {
    const { stages, errors } = await importGuidellm(folder("faults"));
    const { outcomes } = stages[0]!.summary;
    assert.deepEqual(
      [outcomes.ok, outcomes.http5xx, outcomes.cut, outcomes.empty, outcomes.malformed, outcomes.http429],
      [9, 1, 1, 1, 1, 1],
    );
    assert.equal(errors.length, 5);
    assert.match(errors.find(({ outcome }) => outcome === "http5xx")!.message, /500 Internal Server Error/);
    near(stages[0]!.reported!.failureRate.value, 5 / 14, "failure rate");
  });

  it("answers that were not streamed, or have one token, have no 0 where there is no value", async () => {
    const whole = (await importGuidellm(folder("whole"))).stages[0]!.reported!;
    for (const summary of [whole.ttftMs, whole.tpotMs]) {
      assert.equal(summary.mean.value, null);
      assert.match((summary.mean as { reason: string }).reason, /counts a missing value as 0/);
    }
    assert.equal(whole.e2eMs.n, 4);
    const one = await importGuidellm(folder("one-token"));
    assert.deepEqual(one.stages[0]!.reported!.tpotMs.p50, { value: null, reason: "every answer had one token" });
    const [ours] = measured(one);
    agree(ours!.ttftMs, one.stages[0]!.reported!.ttftMs, "ttft");
  });

  it("warm-up is left out, as guidellm does; requests that it stopped are cancelled", async () => {
    const { stages, requests } = await importGuidellm(folder("poisson-warm"));
    assert.deepEqual(stages[0]!.plan.load, { type: "poisson", requestsPerSecond: 10 });
    // 86 answers are in the file, 39 of them in the measured window.
    assert.deepEqual([requests!.length, stages[0]!.summary.outcomes.ok, stages[0]!.reported!.tpotMs.n], [40, 39, 39]);
    assert.equal(stages[0]!.summary.outcomes.cancelled, 1);
    const { startMs, endMs } = stages[0]!.summary;
    near((endMs - startMs) / 1000, stages[0]!.reported!.windowSeconds, "window");
    const stopped = await importGuidellm(folder("incomplete"));
    assert.equal(stopped.stages[0]!.summary.outcomes.cancelled, 4);
  });

  /** The file of a fixture, changed as `change` does. */
  async function changed(
    name: string,
    change: (benchmarks: Benchmark[]) => void,
    use: (native: string) => Promise<void>,
  ): Promise<void> {
    const native = await mkdtemp(join(tmpdir(), "llmbench-guidellm-"));
    try {
      const document = JSON.parse(await readFile(join(folder(name), "benchmarks.json"), "utf8"));
      change(document.benchmarks);
      await writeFile(join(native, "benchmarks.json"), JSON.stringify(document));
      await use(native);
    } finally {
      await rm(native, { recursive: true });
    }
  }

  it("a sample of the requests (sample_size 3 of 6) is not taken for all: figures are guidellm's, and it is said", async () => {
    const whole = await importGuidellm(folder("concurrent"));
    const sample = (benchmarks: Benchmark[]) => {
      for (const { requests } of benchmarks) requests.successful.splice(3);
    };
    await changed("concurrent", sample, async (native) => {
      const { requests, stages, problems, startedAt } = await importGuidellm(native);
      assert.equal(requests, null);
      assert.match(problems.join(), /benchmarks\[0\] lists 3 of 6 successful requests.*sample_size/);
      assert.deepEqual(
        stages.map(({ reported }) => reported),
        whole.stages.map(({ reported }) => reported),
      );
      assert.deepEqual(
        stages.map(({ summary }) => [summary.sent, summary.outcomes.ok, summary.status]),
        [
          [6, 6, "complete"],
          [6, 6, "complete"],
        ],
      );
      near(stages[1]!.summary.startMs, 3631.6937, "start by the file's own start_time");
      near(stages[1]!.summary.endMs - stages[1]!.summary.startMs, 226.9909, "length");
      assert.equal(startedAt, "2026-11-22T12:38:28.263Z");
    });
    const failures = (benchmarks: Benchmark[]) => benchmarks[0]!.requests.errored.splice(1);
    await changed("faults", failures, async (native) => {
      const { stages, errors, problems } = await importGuidellm(native);
      assert.match(problems.join(), /lists 1 of 5 errored requests/);
      near(stages[0]!.reported!.failureRate.value, 5 / 14, "failure rate");
      assert.equal(stages[0]!.summary.outcomes.streamError, 5);
      assert.deepEqual(errors, []);
    });
  });

  it("failures of the warm-up are no causes of the run", async () => {
    const failed = (benchmarks: Benchmark[]) => {
      const { successful, errored } = benchmarks[0]!.requests;
      const { measure_start_time: start } = benchmarks[0]!.scheduler_metrics;
      const warm = successful.findIndex(({ info }) => info.timings.request_end < start);
      const counted = successful.findIndex(({ info }) => info.timings.request_start > start);
      for (const at of [counted, warm].sort((a, b) => b - a)) {
        const [one] = successful.splice(at, 1);
        errored.push({ ...one!, info: { ...one!.info, error: "Server error '500 Internal Server Error'" } });
      }
      Object.assign(benchmarks[0]!.scheduler_metrics.requests_made, { successful: 84, errored: 2 });
    };
    await changed("poisson-warm", failed, async (native) => {
      const { stages, errors } = await importGuidellm(native);
      assert.equal(stages[0]!.summary.outcomes.http5xx, 1);
      assert.deepEqual(
        errors.map(({ outcome, count }) => [outcome, count]),
        [["http5xx", 1]],
      );
    });
  });

  it("the loads of a sweep have names of their own", async () => {
    const { stages } = await importGuidellm(folder("sweep"));
    assert.deepEqual(
      stages.map(({ plan }) => plan.name),
      ["synchronous", "throughput", "constant 21.8/s", "constant 28.41/s"],
    );
  });

  it("a real run of 0.8.1, where it lies", async function () {
    const shared = process.env.LLMBENCH_TEST_DATA;
    if (shared === undefined) this.skip();
    const native = await mkdtemp(join(tmpdir(), "llmbench-guidellm-"));
    try {
      await copyFile(join(shared, "guidellm/concurrent-1-4.json"), join(native, "any name.json"));
      const results = await importGuidellm(native);
      assert.equal(results.harnessVersion, "0.8.1");
      assert.equal(results.requests!.length, 60);
      for (const [index, ours] of measured(results).entries()) {
        const theirs = results.stages[index]!.reported!;
        agree(ours.ttftMs, theirs.ttftMs, "ttft");
        agree(ours.tpotMs, theirs.tpotMs, "tpot");
        assert.equal(ours.cachedShare.value, 0);
      }
    } finally {
      await rm(native, { recursive: true });
    }
  });

  it("1000 damaged files: read or refused, never a crash, never 0 for what is missing", async () => {
    const { "benchmarks.json": file } = await filesOf(folder("one-token"));
    const files = { "benchmarks.json": withoutUnread(file!) };
    const { read, refused } = await importDamaged(importGuidellm, files, 1000);
    assert.ok(read > 100 && refused > 100, `${read} read, ${refused} refused`);
  }).timeout(240_000);
});

/** Most of a file are distributions that nobody reads: without them more of the damage falls on what is read. */
function withoutUnread(file: Buffer): Buffer {
  const { benchmarks, ...rest } = JSON.parse(file.toString()) as { benchmarks: { metrics: Metrics }[] };
  const short = benchmarks.map(({ metrics, ...others }) => {
    const { request_totals, text: _text, image: _image, video: _video, audio: _audio, ...distributions } = metrics;
    const read = Object.entries(distributions).map(([name, { successful }]) => [name, { successful }]);
    return { ...others, metrics: { request_totals, ...Object.fromEntries(read) } };
  });
  return Buffer.from(JSON.stringify({ ...rest, benchmarks: short }));
}
