import { basename } from "node:path";
import { analyse } from "../analysis/analyse.ts";
import type { GateSide } from "../analysis/gate/gate.ts";
import { importRun } from "../analysis/import/importRun.ts";
import { presentCriteria } from "../run/presentCriteria.ts";
import type { RunFolder } from "../run/runFolder.ts";
import type { Criteria } from "../scenario/criteria.ts";

const driver = { warn: (text: string) => void process.stderr.write(`warning: ${text}\n`) };

/**
 * Runs and what is made of them.
 * @param criteria what they are judged by; their own when left out
 * @throws ImportError for a run that cannot be read
 */
export async function readSide(name: string, folders: readonly RunFolder[], criteria?: Criteria): Promise<GateSide> {
  const runs = await Promise.all(folders.map(({ path }) => importRun(path)));
  const judgedBy = criteria ?? presentCriteria(runs, driver);
  return { name, runs, analysis: analyse(runs, { title: basename(name), criteria: judgedBy }) };
}
