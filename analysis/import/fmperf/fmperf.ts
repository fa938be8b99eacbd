import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { ErrorCount, RunStage } from "../../run.ts";
import { collectAgain, ImportError } from "../importError.ts";
import type { Importer } from "../nativeResults.ts";
import { RowCollector } from "../rowCollector.ts";
import { windowOfRows } from "../windowOfRows.ts";
import { type FmperfStage, readLmBenchCsv } from "./fmperfCsv.ts";
import { readNativeResults } from "./fmperfNative.ts";

/** LMBench_long_input_output_0.5.csv, LMBench_short_input_qps0.5.csv: the shell scripts of LMBenchmark at 26d02bd. */
const csvFile = /(sharegpt|short_input|long_input|long_long)_(?:output_|qps)(\d*\.?\d+)\.csv$/;
/** fmperf/loadgen/sweep.py and Cluster.py at 8d85bc3. */
const sweepFile = /^result_sweep_u\d+\.json$/;
const resultFile = /^(fmperf-)?results?.*\.json$/;

/**
 * What fmperf left: CSV files of its LMBenchmark workload, one per rate, or the token records of its own generator. It computes nothing
 * that is kept, so there is no `reported`.
 */
export const importFmperf: Importer = async (native) => {
  const names = await readdir(native, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    throw new ImportError(native, `cannot be read (${error.code})`, collectAgain);
  });
  const base = (name: string) => name.split("/").at(-1) as string;
  const csv = names.filter((name) => csvFile.test(base(name))).sort();
  const sweeps = names.filter((name) => sweepFile.test(base(name))).sort();
  const json = sweeps.length > 0 ? sweeps : names.filter((name) => resultFile.test(base(name))).sort();
  const rows = new RowCollector();
  const stages: FmperfStage[] = [];
  const errors: ErrorCount[] = [];
  for (const name of csv) {
    const [, scenario, rate] = csvFile.exec(base(name)) as unknown as [string, string, string];
    stages.push(await readLmBenchCsv(join(native, name), scenario, Number(rate), rows, stages.length));
  }
  // A folder with both is of two runs; the rates are what this project runs.
  for (const name of csv.length > 0 ? [] : json) {
    const found = await readNativeResults(join(native, name), rows, stages.length);
    stages.push(...found.stages);
    errors.push(...found.errors);
  }
  if (stages.length === 0)
    throw new ImportError(native, "has no LMBench_*.csv and no result*.json", "see the log of fmperf, or run it again");
  if (rows.length === 0)
    throw new ImportError(
      join(native, csv[0] ?? json[0] ?? ""),
      "holds no request",
      "see the log of fmperf, or run it again",
    );
  const zeroMs = rows.firstMs;
  const closed = new Set(stages.flatMap(({ plan }, i) => (plan.load.type === "concurrency" ? [i] : [])));
  const requests = rows.finish(zeroMs, closed);
  return {
    harnessVersion: null,
    startedAt: startOf(zeroMs),
    durationSeconds: requests.endMs.reduce((last, ms) => (ms > last ? ms : last), 0) / 1000,
    stages: stages.map(
      ({ plan }, i): RunStage => ({ plan, summary: windowOfRows(plan, requests, i, null), reported: null }),
    ),
    requests,
    // Neither kind of file holds the times of all events of a request.
    itl: [],
    errors,
    problems: stages.flatMap(({ problems }) => problems),
    failuresUnknown: csv.length > 0 ? "LMBenchmark keeps successful requests only" : null,
    remarks: csv.length > 0 ? csvRemarks : nativeRemarks,
  };
};

function startOf(ms: number): string | null {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

const csvRemarks = [
  "LMBenchmark keeps successful requests only: those that failed, or had not ended with the test, are in no file, so its failure rate is not known.",
  "The time of the last token is the end of the stream, with the usage event; there is no ITL.",
  "Where the server sends no usage, it asks every question twice, the second time outside the times it keeps but not outside the server's load.",
  "Latencies are of the wall clock and count from the sending; requests that waited for their user's last answer left later than its rate says.",
];
const nativeRemarks = [
  "fmperf records tokens by the usage of each event; requests count from the call, which opens a connection of its own each time.",
  "It sends from threads of one Python process: beyond about a hundred users it is the client that is measured.",
];
