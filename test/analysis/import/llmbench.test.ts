import assert from "node:assert/strict";
import { appendFile, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { analyse } from "../../../analysis/analyse.ts";
import { ImportError } from "../../../analysis/import/importError.ts";
import { importRun } from "../../../analysis/import/importRun.ts";
import { SketchView } from "../../../analysis/itlSketch.ts";
import { offsets, outcomes, RECORD_BYTES } from "../../../harness/recordFormat.ts";
import { closedLoopRun } from "../fakeEngine.ts";
import { type FakeRun, originOf, temporaryFolder, varint, writeNativeFolder } from "../nativeFolder.ts";

const loads = [
  { type: "concurrency", concurrency: 1 },
  { type: "concurrency", concurrency: 2 },
] as const;
const small: FakeRun = {
  loads,
  windowMs: 1000,
  requests: [
    { stage: "warmup", sentMs: 0, gapsMs: [900, 1] },
    {
      stage: 0,
      sentMs: 10,
      gapsMs: [20, 5, 5.5],
      tailMs: 0.25,
      promptTokens: 100,
      cachedTokens: 16,
      outputTokensAsked: 3,
    },
    { stage: 0, sentMs: 50, outcome: "timeout", gapsMs: [30], message: "no token for 1.0 s after token 1" },
    { stage: 1, sentMs: 1010, gapsMs: [25, 300.001] },
  ],
};

describe("import of a run folder", () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(() => folder.remove());
  const file = (name: string) => join(folder.path, "results", name);
  const write = (run: FakeRun = small) => writeNativeFolder(folder.path, run);
  const importIt = (run: FakeRun = small) => importRun(folder.path, originOf(run));

  async function refused(pattern: RegExp): Promise<void> {
    await assert.rejects(importIt(), (error: Error) => {
      assert.ok(error instanceof ImportError, error.stack);
      assert.match(error.message, pattern);
      assert.ok(!error.message.includes("\n"));
      return true;
    });
  }

  it("brings every field of every request, and leaves the warm-up out", async () => {
    await write();
    const run = await importIt();
    const { length, ...columns } = run.requests!;
    assert.equal(length, 3);
    const row = (index: number) =>
      Object.fromEntries(Object.entries(columns).map(([key, values]) => [key, values[index]]));
    assert.deepEqual(row(0), {
      ...{ request: 1, stage: 0, outcome: 0, flags: 3, status: 200, finishReason: 2 },
      ...{ scheduledMs: 10, sentMs: 10, firstTokenMs: 30, lastTokenMs: 40.5, endMs: 40.75 },
      ...{
        promptTokensAsked: -1,
        outputTokensAsked: 3,
        promptTokens: 100,
        outputTokens: 3,
        cachedTokens: 16,
        events: 3,
      },
    });
    assert.equal(outcomes[columns.outcome[1]!], "timeout");
    assert.deepEqual([...columns.stage], [0, 0, 1]);
    assert.equal(run.status, "complete");
    assert.equal(run.reason, null);
    assert.equal(run.durationSeconds, 2);
    assert.deepEqual(
      run.stages.map(({ summary }) => [summary.sent, summary.outcomes.ok]),
      [
        [2, 1],
        [1, 1],
      ],
    );
    assert.deepEqual(run.errors, [
      { stage: 0, outcome: "timeout", status: 0, message: "no token for 1.0 s after token 1", count: 1 },
    ]);
  });

  it("sketches the gaps of successful requests by stage, not the first token and not the failures", async () => {
    await write();
    const [first, second] = (await importIt()).itl.map(({ counts }) => new SketchView(counts));
    assert.deepEqual([first!.n, second!.n], [2, 1]);
    assert.ok(Math.abs(first!.at(0) - 5) < 0.005 && Math.abs(first!.at(1) - 5.5) < 0.0055);
    assert.ok(Math.abs(second!.at(0) - 300.001) < 0.3);
  });

  it("reads varints of every length across every chunk border", async () => {
    // 120 requests x 4000 varints of 3 bytes on average are 1.4 MB: one of them lies across the border of a 1 MiB chunk.
    const gapsUs = [0, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 268_435_455, 268_435_456, 4_000_000_000];
    for (const gap of gapsUs) {
      const decoded = varint(gap).reduce((sum, byte, i) => sum + (byte & 127) * 128 ** i, 0);
      assert.equal(decoded, gap);
    }
    const gapsMs = [7, ...Array.from({ length: 3999 }, (_, i) => gapsUs[i % gapsUs.length]! / 1000)];
    const requests = Array.from({ length: 120 }, () => ({ stage: 0, sentMs: 1, gapsMs }));
    const run = { loads, windowMs: 1000, requests };
    await write(run);
    const view = new SketchView((await importIt(run)).itl[0]!.counts);
    assert.equal(view.n, 120 * 3999);
    // Sorted, every tenth of the gaps is one of the ten values (399.9 each per request).
    gapsUs.forEach((gap, i) => {
      const value = view.at(Math.floor((i + 0.5) * 0.1 * view.n)) * 1000;
      assert.ok(Math.abs(value - gap) <= 0.001 * gap, `${value} for ${gap}`);
    });
  });

  it("finds arrivals that are not in the order of the records", async () => {
    await write();
    const bytes = await readFile(file("requests.bin"));
    const records = Array.from({ length: 4 }, (_, i) => bytes.subarray(i * RECORD_BYTES, (i + 1) * RECORD_BYTES));
    await writeFile(file("requests.bin"), Buffer.concat([records[3]!, records[0]!, records[2]!, records[1]!]));
    const run = await importIt();
    assert.deepEqual(
      run.itl.map(({ counts }) => new SketchView(counts).n),
      [2, 1],
    );
    assert.equal(run.status, "complete");
  });

  it("takes its identity from manifest.json when none is given", async () => {
    await write();
    await writeFile(
      join(folder.path, "manifest.json"),
      JSON.stringify({ formatVersion: 1, ...originOf(small), status: "partial", reason: "interrupted by the user" }),
    );
    const run = await importRun(folder.path);
    assert.deepEqual(
      [run.target, run.repetition, run.status, run.reason],
      ["engine", 1, "partial", "interrupted by the user"],
    );
  });

  it("keeps a failed run that left nothing as a run with its reason", async () => {
    const run = await importRun(folder.path, { ...originOf(small), status: "failed", reason: "cannot be reached" });
    assert.deepEqual([run.status, run.reason, run.stages, run.requests], ["failed", "cannot be reached", [], null]);
  });

  it("keeps a run whose generator was killed before it sent anything", async () => {
    await write();
    await rm(file("summary.json"));
    await rm(file("requests.bin"));
    for (const status of ["partial", "failed", undefined] as const) {
      const run = await importRun(folder.path, {
        ...originOf(small),
        ...(status && { status, reason: "exit code 137" }),
      });
      assert.deepEqual([run.status, run.stages, run.requests], [status ?? "partial", [], null]);
      assert.match(run.reason!, /the load generator was killed before it sent anything$/);
    }
    await assert.rejects(
      importRun(folder.path, { ...originOf(small), status: "complete" }),
      /requests\.bin: is missing/,
    );
    await rm(file("plan.json"));
    const run = await importRun(folder.path, { ...originOf(small), status: "partial", reason: "exit code 137" });
    assert.deepEqual([run.status, run.reason, run.plan], ["partial", "exit code 137", null]);
  });

  it("keeps the rows of a failed run, and its time goes to the last of them", async () => {
    await write({ ...small, summary: { status: "partial", reason: "killed", stages: [], endedMs: 3 } });
    const run = await importRun(folder.path, { ...originOf(small), status: "failed", reason: "OOMKilled" });
    assert.deepEqual([run.status, run.reason, run.requests!.length], ["failed", "OOMKilled; killed", 3]);
    assert.ok(Math.abs(run.durationSeconds - 1.335001) < 1e-9);
  });

  it("calls a run simulated when the engine said so, whatever the scenario calls it", async () => {
    await write();
    const real = { ...originOf(small), simulated: false };
    const engine = {
      formatVersion: 1,
      askedAt: "",
      baseUrl: "http://x",
      version: "0.32.0",
      models: null,
      server: null,
      missing: {},
    };
    const answered = async (simulator: unknown) => {
      await writeFile(file("engine.json"), JSON.stringify({ ...engine, simulator }));
      return importRun(folder.path, real);
    };
    assert.equal((await importRun(folder.path, real)).simulated, false, "made before engine.json was written");
    const none = await answered(null);
    assert.deepEqual([none.simulated, none.provenance.simulation], [false, null]);
    const run = await answered({ version: "0.1.0", speed: 20 });
    assert.equal(run.simulated, true);
    assert.equal(run.provenance.simulation!.speed, 20);
    assert.match(
      run.provenance.simulation!.assumptions[0]!,
      /^The scenario names a real engine, but the simulated engine/,
    );
    assert.equal(analyse([run], { title: "t", folderOf: () => "." }).simulated, true);
    const failed = { ...real, status: "failed", reason: "r" } as const;
    await rm(file("summary.json"));
    await rm(file("requests.bin"));
    assert.equal((await importRun(folder.path, failed)).simulated, true);
    const declared = { assumptions: ["a"], speed: 2 };
    const provenance = { ...real.provenance, simulation: declared };
    assert.deepEqual((await importRun(folder.path, { ...failed, provenance })).provenance.simulation, declared);
    await writeFile(file("engine.json"), '{"formatVersion": 1}');
    await assert.rejects(importRun(folder.path, failed), /engine\.json: has no "simulator"; the copy is damaged/);
  });

  it("marks a run partial where records were cut off, and keeps the whole ones", async () => {
    await write();
    await truncate(file("requests.bin"), 4 * RECORD_BYTES - 10);
    const run = await importIt();
    assert.equal(run.status, "partial");
    assert.equal(run.requests!.length, 2);
    assert.match(run.reason!, /requests.bin ends inside a record \(86 of 96 bytes\)/);
    assert.match(run.reason!, /stage concurrency-2: the generator sent 1 requests, requests.bin holds 0/);
  });

  it("marks a run partial where arrivals were cut off, and says how many lack them", async () => {
    await write();
    const { length } = await readFile(file("arrivals.bin"));
    await truncate(file("arrivals.bin"), length - 1);
    const run = await importIt();
    assert.equal(run.status, "partial");
    assert.equal(run.reason, "arrivals.bin is cut off: 1 of 2 requests have no inter-token latencies");
    assert.deepEqual(
      run.itl.map(({ counts }) => new SketchView(counts).n),
      [2, 0],
    );
    await rm(file("arrivals.bin"));
    assert.match((await importIt()).reason!, /arrivals.bin is missing/);
  });

  it("works out the stages itself when the generator was killed before its summary", async () => {
    await write({ ...small, summary: null });
    const run = await importIt();
    assert.equal(run.status, "partial");
    assert.match(run.reason!, /summary.json is missing: the load generator was killed/);
    const [first, second] = run.stages.map(({ summary }) => summary);
    assert.deepEqual([first!.startMs, first!.endMs, first!.sent], [10, 80, 2]);
    assert.deepEqual([second!.startMs, second!.endMs, second!.status], [1010, 1335.001, "partial"]);
    assert.ok(Number.isNaN(first!.client!.cpu));
  });

  it("takes the stages that ended from the summary and the one under way from its rows, when the generator was killed", async () => {
    await write();
    const summary = JSON.parse(await readFile(file("summary.json"), "utf8"));
    const reason = "the run had not ended when this was written";
    await write({ ...small, summary: { status: "partial", reason, stages: [summary.stages[0]] } });
    const run = await importIt();
    assert.deepEqual([run.status, run.reason], ["partial", reason]);
    assert.deepEqual(run.stages[0]!.summary, summary.stages[0]);
    assert.deepEqual([run.stages[1]!.summary.status, run.stages[1]!.summary.sent], ["partial", 1]);
  });

  it("says a reason once, though manifest and summary both tell it", async () => {
    await write({
      ...small,
      summary: { status: "partial", reason: "partial: stopped by SIGTERM; the files hold what there was" },
    });
    const run = await importRun(folder.path, { ...originOf(small), status: "partial", reason: "stopped by SIGTERM" });
    assert.equal(run.reason, "partial: stopped by SIGTERM; the files hold what there was");
  });

  it("survives any cut of the two binary files at any byte", async () => {
    const run = closedLoopRun({ seed: 3, concurrencies: [2], windowMs: 300 });
    await write(run);
    const whole = { requests: await readFile(file("requests.bin")), arrivals: await readFile(file("arrivals.bin")) };
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    await fc.assert(
      fc.asyncProperty(share, share, async (a, b) => {
        const requestsLength = Math.floor(a * whole.requests.length);
        const arrivalsLength = Math.floor(b * whole.arrivals.length);
        await writeFile(file("requests.bin"), whole.requests.subarray(0, requestsLength));
        await writeFile(file("arrivals.bin"), whole.arrivals.subarray(0, arrivalsLength));
        const { requests, status, stages } = await importIt(run);
        assert.equal(requests!.length, Math.floor(requestsLength / RECORD_BYTES));
        assert.equal(stages[0]!.summary.sent, requests!.length);
        const cut = requestsLength < whole.requests.length || arrivalsLength < whole.arrivals.length;
        assert.equal(status, cut ? "partial" : "complete");
      }),
      { numRuns: 40 },
    );
  });

  it("refuses what cannot be true, naming file, record and next step", async () => {
    await write();
    const good = await readFile(file("requests.bin"));
    const broken = async (change: (bytes: Buffer, at: number) => void) => {
      const bytes = Buffer.from(good);
      change(bytes, RECORD_BYTES);
      await writeFile(file("requests.bin"), bytes);
    };
    await broken((bytes, at) => bytes.writeUInt8(77, at + offsets.outcome));
    await refused(
      /requests\.bin: record 1 has outcome 77, allowed: 0\.\.10; the copy is damaged: collect the run again/,
    );
    await broken((bytes, at) => bytes.writeUInt16LE(2, at + offsets.stage));
    await refused(/record 1 has stage 2, but the plan has 2;/);
    await broken((bytes, at) => bytes.writeDoubleLE(Number.NaN, at + offsets.sentMs));
    await refused(/record 1 has a send time of NaN ms;/);
    await broken((bytes, at) => bytes.writeDoubleLE(5, at + offsets.endMs));
    await refused(/record 1 has an end \(5 ms\) before its send time \(10 ms\);/);
    await broken((bytes, at) => bytes.writeUInt32LE(2, at + offsets.events));
    await refused(/arrivals\.bin: request 1 has 3 token arrivals, but its record says 2;/);
  });

  it("refuses JSON that is none, of another version, or of another run", async () => {
    await write();
    await writeFile(file("plan.json"), '{"formatVersion": 1, "runId"');
    await refused(/plan\.json: is not JSON \(28 characters\); the copy is damaged/);
    await writeFile(file("plan.json"), "[]");
    await refused(/plan\.json: does not hold a JSON object/);
    await writeFile(file("plan.json"), '{"formatVersion": 2}');
    await refused(/plan\.json: formatVersion is 2, allowed: 1; read it with the version of this project that wrote it/);
    await writeFile(file("plan.json"), '{"formatVersion": 1, "runId": "x", "seed": 1, "target": {}}');
    await refused(/plan\.json: has no "stages"/);
    await write({ ...small, runId: "other-1-r1" });
    await refused(/plan\.json: belongs to run "other-1-r1", but the folder is of run "engine-0badcafe-r1"/);
    await write();
    await appendFile(file("summary.json"), "}");
    await refused(/summary\.json: is not JSON/);
    await write();
    await rm(file("plan.json"));
    await refused(/plan\.json: is missing; the load generator left nothing/);
    await assert.rejects(importRun(folder.path), /manifest\.json: is missing; this is no run folder/);
  });

  it("counts errors by cause, whatever the numbers in their messages, and skips a last line that is cut off", async () => {
    const failures = Array.from({ length: 40 }, (_, i) => ({
      ...{ stage: 0, sentMs: i, outcome: "timeout" as const },
      message: i % 4 === 0 ? "connection refused" : `no token for 1.${i} s after token ${i}`,
    }));
    await write({ ...small, requests: [{ stage: "warmup", sentMs: 0, outcome: "cut", message: "warm" }, ...failures] });
    await appendFile(file("errors.jsonl"), '{"request": 99, "stage": 0, "outc');
    assert.deepEqual(
      (await importIt()).errors.map(({ message, count }) => [message, count]),
      [
        ["no token for 1.1 s after token 1", 30],
        ["connection refused", 10],
      ],
    );
  });
});
