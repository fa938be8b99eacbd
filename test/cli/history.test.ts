import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import type { HistoryEntry } from "../../analysis/history/entry.ts";
import { appendEntries, readHistory } from "../../analysis/history/historyFile.ts";
import { type HistoryOptions, history } from "../../cli/history.ts";
import { writeSide } from "../analysis/gate/runFolders.ts";
import { temporaryFolder } from "../analysis/nativeFolder.ts";
import { type Answer, commandHere } from "./commandHere.ts";

const main = join(import.meta.dirname, "..", "..", "cli", "main.ts");

/** The real command, in a process of its own. */
function bench(...args: string[]): Answer {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, "history", ...args], { encoding: "utf8" });
  return { code: status, out: stdout, err: stderr };
}

function historyHere(file: string, options: Partial<HistoryOptions> = {}): Promise<Answer> {
  return commandHere("history", () => history(file, { metric: "outputTokensPerSecond", csv: false, ...options }));
}

const night = (index: number): HistoryEntry => {
  const value = (index < 10 ? 100 : 90) + (index % 3);
  return {
    time: new Date(Date.UTC(2026, 8, 1 + index)).toISOString(),
    commit: `c${index}`,
    stack: "made-up",
    system: "engine",
    fingerprint: "abc",
    metrics: { outputTokensPerSecond: { value, low: null, high: null, n: 1 } },
    verdict: "ok",
  };
};

async function inFolder(check: (folder: string, file: string) => Promise<void> | void): Promise<void> {
  const folder = await temporaryFolder();
  try {
    await check(folder.path, join(folder.path, "history.jsonl"));
  } finally {
    await folder.remove();
  }
}

describe("./bench history", () => {
  it("a folder in place of the file: one message", () =>
    inFolder((folder) => {
      const { code, err } = bench(folder);
      assert.match(err, /^error: .* is a folder\n {2}next: name the file/);
      assert.equal(code, 2);
    }));

  it("shows where it became worse, and names the lines that it cannot read", () =>
    inFolder(async (_, file) => {
      appendEntries(file, [0, 1, 2].map(night));
      appendFileSync(file, "half a li\n");
      appendEntries(
        file,
        [...Array(11).keys()].map((index) => night(index + 3)),
      );
      const { code, out, err } = await historyHere(file);
      assert.equal(code, 0, err);
      assert.match(out, /14 points, 1 change point\n/);
      assert.match(out, /2026-09-11 00:00 {2}c10 .*WORSE from here/);
      assert.match(err, /line 4 is left out: is no JSON/);
    }));

  it("appends results without a gate", () =>
    inFolder(async (folder, file) => {
      const side = await writeSide(join(folder, "a"), { repetitions: 2 });
      const { code, out, err } = bench(file, "--add", side);
      assert.equal(code, 0, err);
      assert.match(out, /^made-up \/ engine, series [0-9a-f]{12}, output tokens\/s: 1 point, change points are looked/);
      const [line, ...others] = readHistory(file)!.entries;
      assert.deepEqual([line!.verdict, line!.metrics.outputTokensPerSecond!.n, others.length], [null, 2, 0]);
    }));

  it("prints one series as CSV, and asks which where there are several", () =>
    inFolder(async (_, file) => {
      appendEntries(file, [night(0), { ...night(1), system: "other" }]);
      const several = await historyHere(file, { csv: true });
      assert.deepEqual([several.code, several.out], [2, ""]);
      assert.match(several.err, /these are 2: made-up \/ engine, made-up \/ other\n {2}next: name one by --system/);
      const { out } = bench(file, "--csv", "--system", "other");
      assert.match(out, /^time,commit,.*,outputTokensPerSecond\n2026-09-02T00:00:00.000Z,c1,made-up,other,abc,101\n$/);
    }));

  it("says what is there instead of what was asked for", () =>
    inFolder(async (folder, file) => {
      appendEntries(file, [night(0)]);
      const metric = bench(file, "--metric", "outputTokenPerSecond");
      assert.deepEqual([metric.code, metric.err.includes('did you mean "outputTokensPerSecond"?')], [2, true]);
      const system = await historyHere(file, { system: "none" });
      assert.match(system.err, /no line of system "none".*\n {2}next: use one of: engine/);
      const none = await historyHere(join(folder, "none.jsonl"));
      assert.deepEqual([none.code, none.err.startsWith("error: there is no history")], [2, true]);
    }));
}).timeout(60_000);
