import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { importNop } from "../../../analysis/import/nop.ts";
import { parseStartupLog } from "../../../analysis/startup/parseStartupLog.ts";
import { importDamaged } from "./damage.ts";

const log = join(import.meta.dirname, "../../data/vllm-startup/v0.32.0-cpu-safetensors.log");
const pod = {
  formatVersion: 1,
  scheduledAt: "2026-11-22T12:48:00Z",
  startedAt: "2026-11-22T12:48:05Z",
  readyAt: "2026-11-22T12:49:30Z",
};

describe("Importer of nop", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "llmbench-nop-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("reads the engine's log and the pod's times", async () => {
    await writeFile(join(folder, "vllm.log"), await readFile(log));
    await writeFile(join(folder, "pod.json"), JSON.stringify(pod));
    const results = await importNop(folder);
    deepEqual([results.requests, results.stages, results.problems], [null, [], []]);
    equal(results.startedAt, pod.startedAt);
    equal(results.durationSeconds, 85);
    const { startup } = results;
    deepEqual([startup?.vllmVersion, startup?.loadFormat, startup?.verified], ["0.32.0", "safetensors", true]);
    equal(startup?.values.weightsSeconds.value, 0.07);
    equal(startup?.check.podSeconds.value, 85);
    ok((startup?.check.unexplainedSeconds.value as number) > 0);
  });

  it("finds the log where llm-d-benchmark keeps it, and does without pod times, saying so", async () => {
    await mkdir(join(folder, "vllm-standalone"));
    await writeFile(join(folder, "vllm-standalone", "vllm.log"), await readFile(log));
    const { startup } = await importNop(folder);
    match((startup!.check.podSeconds as { reason: string }).reason, /not known/);
  });

  it("refuses what is no startup log, and a folder without one", async () => {
    await rejects(importNop(folder), /vllm\.log: is missing; /);
    await writeFile(join(folder, "vllm.log"), "hello\n");
    await rejects(importNop(folder), /holds nothing that vLLM writes/);
  });

  it("says that an engine never came up", async () => {
    const text = (await readFile(log, "utf8")).split("\n").filter((line) => !line.includes("Route: "));
    await writeFile(join(folder, "vllm.log"), text.join("\n"));
    const { problems, startup } = await importNop(folder);
    match(problems.join(), /ends before the server announced/);
    equal(startup?.startupSeconds.value, null);
  });

  it("reads the beginning of a log that is too long for memory, and says so", async () => {
    const file = join(folder, "vllm.log");
    const text = await readFile(log, "utf8");
    await writeFile(file, text.split("\n").slice(0, 20).join("\n"));
    // Zeros up to there take no room on the disk.
    await truncate(file, 5 * 2 ** 30);
    const { problems, remarks, startup } = await importNop(folder);
    equal(startup?.vllmVersion, "0.32.0");
    match(problems.join(), /first 64 MiB of the log end before the server/);
    match(remarks.join(), /longer than 64 MiB/);
  });

  it("explains no negative time where the pod's whole seconds are less than the phases", async () => {
    await writeFile(join(folder, "vllm.log"), await readFile(log));
    const readyAt = "2026-11-22T12:48:06Z";
    await writeFile(join(folder, "pod.json"), JSON.stringify({ ...pod, readyAt }));
    const { podSeconds, phaseSeconds, unexplainedSeconds } = (await importNop(folder)).startup!.check;
    ok(podSeconds.value === 1 && phaseSeconds.value! > 1);
    equal(unexplainedSeconds.value, null);
    match((unexplainedSeconds as { reason: string }).reason, /phases take [\d.]+ s more/);
  });

  it("does not crash on 1,000 damaged logs", async function () {
    this.timeout(240_000);
    const text = await readFile(log, "utf8");
    const short = withoutMostSilentLines(text);
    deepEqual(parseStartupLog(short), parseStartupLog(text));
    const files = { "vllm.log": Buffer.from(short), "pod.json": Buffer.from(JSON.stringify(pod)) };
    const { read, refused } = await importDamaged(importNop, files, 1000);
    ok(read > 500 && refused > 20, JSON.stringify([read, refused]));
  });
});

/** Damage to a short log falls more often on a line from which something is read, and reading it takes less time. */
function withoutMostSilentLines(text: string): string {
  const read = /args:|max model len|V1 LLM engine|load|took|KV cache|Starting/;
  return text
    .split("\n")
    .filter((line, i) => i % 6 === 0 || read.test(line.replace("Loaded", "")))
    .join("\n");
}
