import { recordedCriteria } from "../analysis/criteria.ts";
import type { Run } from "../analysis/run.ts";
import type { Criteria } from "../scenario/criteria.ts";
import { ScenarioError } from "../scenario/userError.ts";
import type { Driver } from "./driver.ts";
import { scenarioOfStack, stackNames } from "./stackFiles.ts";

/**
 * What runs are judged by: their stack's file as it is now, so that another objective needs no new run; as they recorded
 * it where they are of several stacks, of one that is gone, or of none.
 */
export function presentCriteria(runs: readonly Run[], driver: Pick<Driver, "warn">): Criteria {
  const [stack, ...others] = new Set(runs.map((run) => run.stack));
  if (stack === undefined || others.length > 0 || !stackNames().includes(stack)) return recordedCriteria(runs);
  try {
    return scenarioOfStack(stack, "warn").criteria;
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    driver.warn(`the runs are judged as they recorded it, since their stack file has an error: ${error.message}`);
    return recordedCriteria(runs);
  }
}
