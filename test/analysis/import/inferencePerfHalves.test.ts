import { deepEqual, equal, match, ok } from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { ImportError } from "../../../analysis/import/importError.ts";
import {
  readLifecycleRows,
  readTail,
  type Tail,
  tailInThread,
} from "../../../analysis/import/inferencePerf/inferencePerfHalves.ts";
import { shortLifecycleRows } from "./shortLifecycleRows.ts";

const data = join(import.meta.dirname, "../../data/inference-perf");
const NEVER = Number.POSITIVE_INFINITY;

/** How the tails of a test ended. */
interface Tally {
  taken: number;
  refused: number;
}

describe("inference-perf's rows read in two halves", () => {
  let folder: string;
  let file: string;
  let rows: unknown[];
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "llmbench-halves-"));
    file = join(folder, "per_request_lifecycle_metrics.json");
    const all = await Promise.all(["conc-0.6.1", "conc-0.7.0", "rate-0.6.1"].map(realRows));
    rows = all.flat();
  });
  after(() => rm(folder, { recursive: true }));

  /** All that the rest of the importer sees, or how the file was refused. */
  async function found(smallest: number, startTail?: (file: string, from: number) => Tail): Promise<unknown> {
    try {
      const read = await readLifecycleRows(file, smallest, startTail);
      const starts = read.starts();
      // Some rows of each of three stages, and some of none.
      const assignment = read.assignment(3, (index) => (index % 4) - 1);
      const dealt = read.deal(assignment);
      const { firstMs } = dealt.rows;
      return { ...dealt, starts, assignment, firstMs, rows: dealt.rows.finish(firstMs, new Set([1])) };
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      return error.message;
    }
  }

  /** The work of the thread in this one, which is a hundred times as quick to start. @param taken when it was of use */
  function tailHere(tally: Tally): (file: string, from: number) => Tail {
    return (path, from) => {
      const columns = readTail(path, from)
        .then((read) => {
          const { moved, memory } = read!.move();
          tally.taken++;
          return structuredClone(moved, { transfer: memory });
        })
        .catch(() => {
          tally.refused++;
          return null;
        });
      return { columns, stop: () => columns };
    };
  }

  it("are the same, however many there are and however they were written", async () => {
    const tally = { taken: 0, refused: 0 };
    // Rows beyond 4,096 fill more than one block of memory.
    for (const [count, indent] of [
      [0, 2],
      [1, 2],
      [2, 2],
      [7, 2],
      [44, 2],
      [9000, 2],
      [44, 0],
      [44, 1],
      [44, 4],
    ] as const) {
      const many = Array.from({ length: count }, (_, i) => rows[i % rows.length]);
      await writeFile(file, JSON.stringify(many, null, indent));
      const before = tally.taken;
      deepEqual(await found(0, tailHere(tally)), await found(NEVER), `${count} rows, indent ${indent}`);
      equal(tally.taken - before, indent === 2 && count > 2 ? 1 : 0, `${count} rows, indent ${indent}`);
    }
  });

  it("are the same from a thread of its own", async () => {
    await writeFile(file, JSON.stringify(rows, null, 2));
    let moved: unknown = null;
    const watched = (path: string, from: number) => {
      const tail = tailInThread(path, from);
      tail.columns.then((columns) => {
        moved = columns;
      });
      return tail;
    };
    deepEqual(await found(0, watched), await found(NEVER));
    ok(moved !== null, "the thread gave no rows");
  });

  it("are read by one thread where the other cannot start, runs out of memory or dies", async () => {
    await writeFile(file, JSON.stringify(rows, null, 2));
    const one = await found(NEVER);
    const noSuchFlag = { execArgv: ["--no-such-flag"] };
    deepEqual(await found(0, (path, from) => tailInThread(path, from, noSuchFlag)), one);
    const greedy = join(folder, "greedy.cjs");
    await writeFile(greedy, "const all = []; for (;;) all.push(new Array(100_000).fill(1.5));");
    const small = { execArgv: ["--require", greedy], resourceLimits: { maxOldGenerationSizeMb: 32 } };
    deepEqual(await found(0, (path, from) => tailInThread(path, from, small)), one);
    const killed = (path: string, from: number) => {
      const tail = tailInThread(path, from);
      void tail.stop();
      return tail;
    };
    deepEqual(await found(0, killed), one);
  });

  it("are the same with any damage", async function () {
    this.timeout(120_000);
    const whole = Buffer.from(JSON.stringify(shortLifecycleRows(rows.slice(0, 20)), null, 2));
    const tally = { taken: 0, refused: 0 };
    let thrown = 0;
    // Not fc.double, most of whose numbers are next to 0.
    const share = fc.nat(999_999).map((millionths) => millionths / 1e6);
    const harmless = fc.constantFrom("", " ", "a", "7");
    // What would be taken for the place between two elements, and what opens, closes or hides one.
    const harmful = fc.constantFrom(
      ...[",\n  {", "\n  {", ",", "[", "]", "{", "}", '"', "\\", "\n]", "],\n[", "NaN", "\u0000"],
    );
    const change = fc.oneof(
      fc.tuple(share, fc.constantFrom(0, 1), harmless),
      fc.tuple(share, fc.constantFrom(0, 1, 64, 5000), harmful),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 2 }),
        fc.boolean(),
        share,
        async (changes, cut, at) => {
          let bytes = whole;
          for (const [where, removed, text] of changes) {
            const from = Math.floor(where * bytes.length);
            bytes = Buffer.concat([bytes.subarray(0, from), Buffer.from(text), bytes.subarray(from + removed)]);
          }
          if (cut) bytes = bytes.subarray(0, Math.floor(at * bytes.length));
          await writeFile(file, bytes);
          const alone = await found(NEVER);
          if (typeof alone === "string") thrown++;
          deepEqual(await found(0, tailHere(tally)), alone);
        },
      ),
      { numRuns: 400 },
    );
    const { taken, refused } = tally;
    ok(
      taken > 50 && refused > 10 && thrown > 50 && thrown < 350,
      `${taken} taken, ${refused} refused, ${thrown} thrown`,
    );
  });

  it("are the same where only the part before the list, or a second list, is wrong", async () => {
    const text = JSON.stringify(rows, null, 2);
    for (const damaged of [
      `x${text}`,
      `{"rows": ${text}}`,
      `[${text}]`,
      `${text}${text}`,
      `\ufeff${text}`,
      ` \n${text} `,
      `${text}x`,
    ]) {
      await writeFile(file, damaged);
      deepEqual(await found(0, tailHere({ taken: 0, refused: 0 })), await found(NEVER), damaged.slice(0, 12));
    }
  });

  it("have the causes of failure of both halves, each counted once, also where half a character differs", async () => {
    const [row] = rows as { error: unknown }[];
    const failed = (error_msg: string) => ({ ...row, error: { error_type: "ClientError", error_msg } });
    const messages = ["a", "b \ud83d", "c", "b \ud83d", "b \ud83e", "c", "a", "d"];
    const text = JSON.stringify(messages.map(failed), null, 2);
    match(text, /\\ud83d/);
    await writeFile(file, text);
    const tally = { taken: 0, refused: 0 };
    deepEqual(await found(0, tailHere(tally)), await found(NEVER));
    equal(tally.taken, 1);
  });
});

async function realRows(name: string): Promise<unknown[]> {
  return JSON.parse(await readFile(join(data, name, "per_request_lifecycle_metrics.json"), "utf8"));
}
