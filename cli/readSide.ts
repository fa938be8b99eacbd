import { basename } from "node:path";
import { analyse } from "../analysis/analyse.ts";
import { recordedCriteria } from "../analysis/criteria.ts";
import type { GateSide } from "../analysis/gate/gate.ts";
import { importRun } from "../analysis/import/importRun.ts";
import type { Run } from "../analysis/run.ts";
import type { RunFolder } from "../run/runFolder.ts";
import { scenarioOfStack, stackNames } from "../run/stackFiles.ts";
import type { Criteria } from "../scenario/criteria.ts";

/**
 * Runs and what is made of them.
 * @param criteria what they are judged by; their own when left out
 * @throws ImportError for a run that cannot be read
 */
export async function readSide(name: string, folders: readonly RunFolder[], criteria?: Criteria): Promise<GateSide> {
  const runs = await Promise.all(folders.map(({ path }) => importRun(path)));
  return { name, runs, analysis: analyse(runs, { title: basename(name), criteria: criteria ?? criteriaOf(runs) }) };
}

/** As its stack file has them now, so that another margin needs no new run; else as they were recorded. */
function criteriaOf(runs: readonly Run[]): Criteria {
  const [stack, ...others] = stacksOf(runs);
  if (stack !== undefined && others.length === 0 && stackNames().includes(stack))
    return scenarioOfStack(stack, "warn").criteria;
  return recordedCriteria(runs);
}

export function stacksOf(runs: readonly Run[]): string[] {
  return [...new Set(runs.map(({ stack }) => stack))];
}
