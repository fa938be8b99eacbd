import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseHistory } from "../../analysis/history/historyFile.ts";
import { type GateOptions, gate } from "../../cli/gate.ts";
import { type FakeSide, writeSide } from "../analysis/gate/runFolders.ts";
import { temporaryFolder } from "../analysis/nativeFolder.ts";
import { type Answer, commandHere } from "./commandHere.ts";

const main = join(import.meta.dirname, "..", "..", "cli", "main.ts");

interface More {
  readonly options?: Omit<GateOptions, "baseline" | "new">;
  readonly environment?: Readonly<Record<string, string>>;
  /** In a process of its own. */
  readonly process?: boolean;
}

const commit = { GITHUB_SHA: "0123456789abcdef0123" };

/** The real command, in a process of its own. */
function bench(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Answer {
  const { GITHUB_STEP_SUMMARY: _, ...inherited } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    encoding: "utf8",
    env: { ...inherited, ...commit, ...environment },
  });
  return { code: status, out: stdout, err: stderr };
}

function gateHere(options: GateOptions, environment: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return commandHere("gate", () => gate(options), { GITHUB_STEP_SUMMARY: undefined, ...commit, ...environment });
}

/** Over folders on disk. */
async function gated(
  baseline: FakeSide,
  candidate: FakeSide,
  check: (answer: Answer, folder: string) => void,
  more: (folder: string) => More = () => ({}),
): Promise<void> {
  const folder = await temporaryFolder();
  try {
    const sides = {
      baseline: await writeSide(join(folder.path, "a"), baseline),
      new: await writeSide(join(folder.path, "b"), { seed: 100, ...candidate }),
    };
    const { options = {}, environment = {}, process: apart = false } = more(folder.path);
    const args = Object.entries({ ...sides, ...options }).flatMap(([name, value]) => [`--${name}`, value]);
    check(
      apart ? bench(["gate", ...args], environment) : await gateHere({ ...sides, ...options }, environment),
      folder.path,
    );
  } finally {
    await folder.remove();
  }
}

describe("./bench gate", () => {
  it("no change: 0, and the verdict stands first", () =>
    gated({}, {}, ({ code, out }) => {
      assert.match(out, /^SIMULATED: OK: output tokens\/s [+-]/);
      assert.equal(code, 0, out);
    }));

  it("15 % slower: 1, with the numbers and the commands that confirm it", () =>
    gated(
      {},
      { shape: { slowdown: 1.15 } },
      ({ code, out }) => {
        assert.match(out, /^SIMULATED: REGRESSION: output tokens\/s -1[2-5]\.\d % \(95 % interval -1/);
        assert.match(out, /To confirm it:\n {2}# measure 2 more repetitions, then:\n {2}\.\/bench gate --baseline /);
        assert.equal(code, 1);
      },
      () => ({ process: true }),
    ));

  it("15 % faster: 0", () => gated({ shape: { slowdown: 1.15 } }, {}, ({ code, out }) => assert.equal(code, 0, out)));

  it("one repetition: 2, and how many would decide", () =>
    gated({ repetitions: 1 }, { repetitions: 1 }, ({ code, out }) => {
      assert.match(out, /^SIMULATED: INCONCLUSIVE: .*no interval.*1 repetition each/);
      assert.match(out, /measure 4 more repetitions/);
      assert.equal(code, 2);
    }));

  it("runs that failed, on either side: 3", () =>
    gated(
      { manifest: (repetition) => ({ status: "failed", reason: `the engine died in ${repetition}` }) },
      {},
      ({ code, out }) => {
        assert.match(out, /^SIMULATED: INVALID: the baseline runs are INVALID: .*the engine died/);
        assert.equal(code, 3, out);
      },
    ));

  it("another workload: 3, since no number of repetitions makes it the same", () =>
    gated({}, { inputTokens: 500 }, ({ code, out }) => {
      assert.match(out, /^SIMULATED: INVALID: the sides cannot be compared, they differ in workload/);
      assert.equal(code, 3);
    }));

  it("a damaged file: 3, named", async () => {
    const folder = await temporaryFolder();
    try {
      const a = await writeSide(join(folder.path, "a"));
      const b = await writeSide(join(folder.path, "b"));
      truncateSync(join(b, "engine-0badcafe-r1", "results", "plan.json"), 10);
      const { code, out } = await gateHere({ baseline: a, new: b });
      assert.match(out, /INVALID: .*plan\.json/);
      assert.equal(code, 3, out);
    } finally {
      await folder.remove();
    }
  });

  it("writes JUnit, a summary and a history", () =>
    gated(
      {},
      { shape: { slowdown: 1.15 } },
      ({ code }, folder) => {
        assert.equal(code, 1);
        assert.match(readFileSync(join(folder, "out", "junit.xml"), "utf8"), /<testsuites [^>]*failures="1"/);
        assert.match(
          readFileSync(join(folder, "summary.md"), "utf8"),
          /^## ❌ SIMULATED: Benchmark gate: REGRESSION\n/,
        );
        assert.ok(!existsSync(join(folder, "github.md")), "--summary comes before the variable");
        const { entries, bad } = parseHistory(readFileSync(join(folder, "history.jsonl"), "utf8"));
        assert.deepEqual(bad, []);
        const [{ system, stack, commit, time, verdict }] = entries as [(typeof entries)[0]];
        assert.deepEqual(
          [entries.length, system, stack, commit, time, verdict],
          [1, "engine", "made-up", "0123456789ab", "2026-11-22T06:00:00.000Z", "regression"],
        );
      },
      (folder) => ({
        options: {
          junit: join(folder, "out", "junit.xml"),
          summary: join(folder, "summary.md"),
          history: join(folder, "history.jsonl"),
        },
        environment: { GITHUB_STEP_SUMMARY: join(folder, "github.md") },
        process: true,
      }),
    ));

  for (const name of ["junit", "summary", "history"]) {
    const option = `--${name}`;
    it(`${option} where nothing can be written: one message, 64, after the verdict`, () =>
      gated(
        { repetitions: 1 },
        { repetitions: 1 },
        ({ code, out, err }) => {
          assert.match(out, /^SIMULATED: INCONCLUSIVE/);
          assert.match(
            err,
            new RegExp(`^error: ${option} cannot be written at .*taken/below: a part of the path is a file`),
          );
          assert.match(err, /\n {2}next: name a file/);
          assert.equal(code, 64);
        },
        (folder) => {
          writeFileSync(join(folder, "taken"), "");
          return { options: { [name]: join(folder, "taken", "below") }, process: name === "junit" };
        },
      ));
  }

  it("appends to the job's summary on GitHub", () =>
    gated(
      {},
      {},
      (_, folder) =>
        assert.match(readFileSync(join(folder, "github.md"), "utf8"), /^## ✅ SIMULATED: Benchmark gate: OK\n/),
      (folder) => ({ environment: { GITHUB_STEP_SUMMARY: join(folder, "github.md") } }),
    ));

  it("wrong usage: 64, which is no verdict", async () => {
    const { path, remove } = await temporaryFolder();
    try {
      const a = await writeSide(join(path, "a"), { repetitions: 1 });
      assert.equal(bench(["gate", "--baseline", a]).code, 64);
      const none = bench(["gate", "--baseline", join(path, "none"), "--new", a]);
      assert.deepEqual([none.code, none.err.startsWith("error: ")], [64, true]);
      const same = bench(["gate", "--baseline", a, "--new", join(a, "engine-0badcafe-r1")]);
      assert.match(same.err, /is on both sides of the gate\n {2}next: keep a copy/);
      assert.equal(same.code, 64);
      rmSync(join(a, "engine-0badcafe-r1"), { recursive: true });
    } finally {
      await remove();
    }
  });
}).timeout(120_000);
