import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { load } from "js-yaml";
import { ImportError } from "../importError.ts";
import type { Importer, NativeResults } from "../nativeResults.ts";
import { type ReadReport, readReport } from "./benchmarkReportDocument.ts";
import { mustBeOneRun } from "./benchmarkReportOneRun.ts";

/** Files of llm-d-benchmark, `benchmark_report_v0.2,_stage_0_lifecycle_metrics.json.yaml`: version, then what was reported. */
const NAMED = /^benchmark_report(?:_v(?<version>[\d.]+))?,_(?<of>.*)\.(ya?ml|json)$/;
const ANY = /\.(ya?ml|json)$/;

/**
 * Benchmark Reports 0.1, 0.2 and 0.2.1 (the model: PyPI llmd-benchmark-report 0.2.1), YAML or JSON, one per stage. They
 * hold aggregates only, so that every number is as the report gives it.
 *
 * Where files are named as llm-d-benchmark names them, nothing else is read, and of two versions of one report only the
 * newer. Otherwise every YAML or JSON file with `version` and `metrics` or `results` is one. All must be of one run.
 */
export const importBenchmarkReport: Importer = async (native) => {
  const files = await candidates(native);
  const reports: ReadReport[] = [];
  const refused: ImportError[] = [];
  for (const { name, mustBe } of files) {
    try {
      const report = await readFileOf(join(native, name), mustBe);
      if (report !== null) reports.push(report);
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      refused.push(error);
    }
  }
  const [first] = refused;
  if (reports.length === 0) {
    throw (
      first ?? new ImportError(native, "holds no Benchmark Report", "name the folder with the *.yaml or *.json files")
    );
  }
  mustBeOneRun(reports);
  return together(reports, refused);
};

async function candidates(native: string): Promise<{ readonly name: string; readonly mustBe: boolean }[]> {
  const all = (
    await readdir(native, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
      throw new ImportError(native, `cannot be read (${error.code})`, "name a folder with Benchmark Reports");
    })
  )
    .filter((entry) => entry.isFile() && ANY.test(entry.name))
    .map(({ name }) => name)
    .sort(byNumbers);
  const newest = new Map<string, string>();
  for (const name of all) {
    const groups = NAMED.exec(name)?.groups;
    if (groups === undefined) continue;
    const of = groups.of as string;
    const before = newest.get(of);
    const version = groups.version ?? "0.1";
    if (before === undefined || byNumbers(NAMED.exec(before)?.groups?.version ?? "0.1", version) < 0)
      newest.set(of, name);
  }
  if (newest.size > 0) return [...newest.values()].sort(byNumbers).map((name) => ({ name, mustBe: true }));
  return all.map((name) => ({ name, mustBe: false }));
}

/** null: it is something else. @throws ImportError */
async function readFileOf(file: string, mustBe: boolean): Promise<ReadReport | null> {
  let document: unknown;
  try {
    document = load(await readFile(file, "utf8"));
  } catch (error) {
    if (!mustBe && !looksLikeOne(await readFile(file, "utf8").catch(() => ""))) return null;
    const why = error instanceof Error ? (error.message.split("\n")[0] as string) : String(error);
    throw new ImportError(file, `is neither YAML nor JSON (${why})`, "copy it again from where it was written");
  }
  if (!mustBe && !isReport(document)) return null;
  return readReport(file, document);
}

function isReport(document: unknown): boolean {
  return (
    typeof document === "object" &&
    document !== null &&
    "version" in document &&
    ("metrics" in document || "results" in document)
  );
}

const looksLikeOne = (text: string): boolean =>
  /^\s*"?version"?:/m.test(text) && /^\s*"?(metrics|results)"?:/m.test(text);

function together(reports: readonly ReadReport[], refused: readonly ImportError[]): NativeResults {
  const ordered = [...reports].sort((a, b) => a.stageNumber - b.stageNumber);
  const starts = ordered.flatMap(({ startMs }) => startMs ?? []);
  const origin = starts.length === 0 ? null : Math.min(...starts);
  // Without wall-clock times the stages stand one after the other, which is what a harness does with them.
  let clock = 0;
  const stages = ordered.map((report) => {
    const startMs = report.startMs !== null && origin !== null ? report.startMs - origin : clock;
    const endMs = startMs + 1000 * (report.seconds ?? 0);
    clock = Math.max(clock, endMs);
    return report.stage(startMs, endMs);
  });
  const versions = new Set(reports.flatMap(({ harnessVersion }) => harnessVersion ?? []));
  return {
    harnessVersion: versions.size === 0 ? null : [...versions].join(", "),
    startedAt: origin === null ? null : new Date(origin).toISOString(),
    durationSeconds: clock / 1000,
    stages,
    requests: null,
    itl: [],
    errors: [],
    simulated: reports.some(({ simulated }) => simulated),
    problems: [...refused.map(({ message }) => message), ...new Set(ordered.flatMap(({ problems }) => problems))],
    remarks: [
      ...new Set(ordered.map(({ origin: text }) => text)),
      ...sharedWindow(ordered),
      ...new Set(ordered.flatMap(({ remarks }) => remarks)),
    ],
  };
}

/** Converters that know only the whole run's times give them to every stage. */
function sharedWindow(reports: readonly ReadReport[]): string[] {
  const windows = new Set(reports.map(({ startMs, seconds }) => `${startMs} ${seconds}`));
  return reports.length > 1 && windows.size === 1
    ? ["all stages of these reports have the same start and duration: windows are those of the whole run"]
    : [];
}

/** stage_2 before stage_10. */
function byNumbers(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
