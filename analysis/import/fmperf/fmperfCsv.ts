import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { Stage } from "../../../harness/plan.ts";
import { collectAgain, ImportError } from "../importError.ts";
import { countOf } from "../json/looseJson.ts";
import type { RowCollector } from "../rowCollector.ts";

export interface FmperfStage {
  readonly plan: Stage;
  readonly problems: readonly string[];
}

const needed = ["prompt_tokens", "generation_tokens", "ttft", "generation_time", "launch_time", "finish_time"] as const;
type Column = (typeof needed)[number];

/** Wall-clock seconds outside of these years are damage. */
const FIRST_SECONDS = Date.UTC(2020) / 1000;
const LAST_SECONDS = Date.UTC(2100) / 1000;
const MAX_REQUEST_SECONDS = 1e6;

/**
 * LMBench_*.csv as pandas wrote it (multi-round-qa.py and sharegpt-qa.py of LMBenchmark at 26d02bd): one successful request a line, times in
 * seconds, launch and finish since 1970. A last line that is cut is left out and told.
 */
export async function readLmBenchCsv(
  file: string,
  scenario: string,
  requestsPerSecond: number,
  rows: RowCollector,
  stage: number,
): Promise<FmperfStage> {
  const input = createReadStream(file);
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  let columns: ReadonlyMap<string, number> | null = null;
  let [found, bad] = [0, 0];
  try {
    for await (const line of lines) {
      if (columns === null) columns = header(file, line);
      else if (line.trim() === "") continue;
      else if (addRow(line.split(","), columns, rows, stage)) found++;
      else bad++;
    }
  } catch (error) {
    if (error instanceof ImportError) throw error;
    throw new ImportError(file, `cannot be read (${(error as Error).message})`, "check the disk and its permissions");
  } finally {
    input.destroy();
  }
  const name = file.split("/").at(-1);
  const problems = [
    ...(found === 0 ? [`${name} holds no request: none succeeded, or it was cut`] : []),
    ...(bad > 0 ? [`${bad} lines of ${name} cannot be read and are left out`] : []),
  ];
  const text = scenario.replace("_", "-");
  const load = { type: "constant", requestsPerSecond } as const;
  return { plan: { name: `${text} ${requestsPerSecond}/s`, load, stop: { requests: found } }, problems };
}

function header(file: string, line: string): ReadonlyMap<string, number> | null {
  // An empty table of pandas begins with an empty line.
  if (line.trim() === "") return null;
  const names = line.split(",").map((name) => name.trim());
  const missing = needed.filter((name) => !names.includes(name));
  if (missing.length > 0) throw new ImportError(file, `has no column ${missing.join(", ")}`, collectAgain);
  return new Map(names.map((name, i) => [name, i]));
}

function addRow(
  cells: readonly string[],
  columns: ReadonlyMap<string, number>,
  rows: RowCollector,
  stage: number,
): boolean {
  if (cells.length !== columns.size) return false;
  const cell = (name: Column): number => {
    const text = (cells[columns.get(name) as number] as string).trim();
    return text === "" ? Number.NaN : Number(text);
  };
  const [launch, finish, ttft, generation] = [
    cell("launch_time"),
    cell("finish_time"),
    cell("ttft"),
    cell("generation_time"),
  ];
  if (!(launch > FIRST_SECONDS && finish < LAST_SECONDS && finish >= launch && finish - launch < MAX_REQUEST_SECONDS))
    return false;
  const [prompt, output] = [countOf(cell("prompt_tokens")), countOf(cell("generation_tokens"))];
  // Both scripts write 0 for times and counts that they do not have.
  const answered = ttft > 0 && ttft + generation <= finish - launch + 0.001 && output !== 0;
  const silent = ttft === 0 && generation === 0;
  rows.add({
    stage,
    outcome: silent || output === 0 ? "empty" : "ok",
    streamed: true,
    outputFromUsage: output > 0 && !silent,
    scheduledMs: launch * 1000,
    sentMs: launch * 1000,
    firstTokenMs: answered ? (launch + ttft) * 1000 : Number.NaN,
    lastTokenMs: answered && generation >= 0 ? (launch + ttft + generation) * 1000 : Number.NaN,
    endMs: finish * 1000,
    promptTokensAsked: -1,
    outputTokensAsked: -1,
    promptTokens: prompt > 0 ? prompt : -1,
    // Of a silent one they are those of a second question, which it asks without a limit.
    outputTokens: output > 0 && !silent ? output : -1,
    cachedTokens: -1,
    events: 0,
    status: 200,
  });
  return true;
}
