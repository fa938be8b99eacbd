import { deepEqual, equal, ok } from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FailureCauses } from "../../../analysis/import/failureCauses.ts";
import { readNativeResults } from "../../../analysis/import/fmperf/fmperfNative.ts";
import { RowCollector } from "../../../analysis/import/rowCollector.ts";

/** Of which no two have the same letters. */
const word = (n: number) => n.toString(26).replaceAll(/[0-9]/g, (digit) => String.fromCharCode(65 + Number(digit)));

describe("Causes of failures", () => {
  it("are counted by what they say without its numbers, the most frequent first", () => {
    const causes = new FailureCauses();
    for (let port = 0; port < 7; port++) causes.add(1, { outcome: "connect", status: 0, message: `port ${port}` });
    causes.add(1, { outcome: "connect", status: 0, message: "no route" });
    causes.add(0, { outcome: "timeout", status: 0, message: "x".repeat(1_000_000) });
    deepEqual(
      causes.counts.map(({ stage, outcome, message, count }) => [stage, outcome, message.slice(0, 8), count]),
      [
        [1, "connect", "port 0", 7],
        [1, "connect", "no route", 1],
        [0, "timeout", "xxxxxxxx", 1],
      ],
    );
    equal(causes.counts[2]!.message.length, 500);
  });

  it("of 30,000 kinds take neither long nor all the memory, also where fmperf's own generator wrote them", async () => {
    const folder = await mkdtemp(join(tmpdir(), "llmbench-causes-"));
    try {
      const results = Array.from({ length: 30_000 }, (_, request) => ({
        ...{ exp_num_users: 2, ok: false, n_tokens: 0, worker_idx: 0, request_idx: request },
        ...{ timestamp: (1_700_000_000_000 + request) * 1e6, duration_ms: 1 },
        error: request % 3 === 0 ? "the same" : word(request),
      }));
      await writeFile(join(folder, "result.json"), JSON.stringify({ results }));
      const rows = new RowCollector();
      const { errors } = await readNativeResults(join(folder, "result.json"), rows, 0);
      equal(rows.length, 30_000);
      ok(errors.length <= 50);
      deepEqual([errors[0]!.message, errors[0]!.count], ["the same", 10_000]);
    } finally {
      await rm(folder, { recursive: true });
    }
  }).timeout(10_000);
});
