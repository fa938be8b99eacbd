import { basename } from "node:path";
import { ImportError } from "../importError.ts";
import type { ReadReport } from "./benchmarkReportDocument.ts";

type Told = Pick<ReadReport, "file" | "experiment" | "stack" | "toldStage" | "loadName">;

/**
 * Reports of several runs in one folder would become stages of one run, whose numbers then stand side by side, or are
 * pooled, as if one engine had made them. What a report does not tell is no proof of that.
 * @throws ImportError naming the two that cannot be of one run
 */
export function mustBeOneRun(reports: readonly Told[]): void {
  mustAgree(reports, "experiment", "run.eid");
  mustAgree(reports, "stack", "scenario.stack");
  const files = new Map<string, string>();
  for (const { file, toldStage, loadName } of reports) {
    if (toldStage === null) continue;
    // Converters of tools without stages call each of their files stage 0, so that the load has to be the same too.
    const stage = `${toldStage}, ${loadName}`;
    const other = files.get(stage);
    if (other !== undefined) throw new ImportError(file, `is of the same stage (${stage}) as ${basename(other)}`, next);
    files.set(stage, file);
  }
}

function mustAgree(reports: readonly Told[], key: "experiment" | "stack", path: string): void {
  const [first, ...others] = reports.filter((report) => report[key] !== null);
  const other = others.find((report) => report[key] !== first?.[key]);
  if (first === undefined || other === undefined) return;
  throw new ImportError(other.file, `is of another run than ${basename(first.file)}: their ${path} differ`, next);
}

const next = "import the reports of each run from a folder of its own";
