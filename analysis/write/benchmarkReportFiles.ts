import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { dump } from "js-yaml";
import type { Run } from "../run.ts";
import { benchmarkReports } from "./benchmarkReport.ts";
import type { ReportDocument } from "./reportDocument.ts";

/** As llm-d-benchmark names them: the version, a comma, an underscore, and what was reported. */
const PREFIX = "benchmark_report_v0.2.1,_";

/** Names and texts of all reports of the runs; with several runs, each name holds the run's id. */
export function benchmarkReportFiles(runs: readonly Run[]): { readonly name: string; readonly text: string }[] {
  return runs.flatMap((run) =>
    benchmarkReports(run).map(({ name, document }) => ({
      name: `${PREFIX}${runs.length === 1 ? "" : `${run.runId},_`}${name}.yaml`,
      text: reportYaml(document),
    })),
  );
}

/** Writes them into `<folder>/analysis/data/`, in place of all that were there; returns the paths below the folder. */
export async function writeBenchmarkReports(runs: readonly Run[], folder: string): Promise<string[]> {
  const data = join(folder, "analysis", "data");
  await mkdir(data, { recursive: true });
  // A stage that is gone or has another name would leave its report behind, to be read as one of these runs.
  for (const name of await readdir(data)) if (name.startsWith(PREFIX)) await rm(join(data, name));
  const files = benchmarkReportFiles(runs);
  for (const { name, text } of files) await writeFile(join(data, name), text);
  return files.map(({ name }) => `analysis/data/${name}`);
}

/** YAML that a reader of YAML 1.1 takes as it was meant: what it could take for a date, a boolean or a number is quoted. */
export function reportYaml(document: ReportDocument): string {
  return dump(document, { noRefs: true, lineWidth: 120 });
}
