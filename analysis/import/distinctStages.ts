import type { RunStage } from "../run.ts";

/**
 * Stages of one name and load are pooled as repetitions, which two of one run are not: the second gets its number. The
 * same in every repetition, so that those still find each other.
 */
export function distinctStages(stages: readonly RunStage[]): RunStage[] {
  const keys = stages.map(({ plan: { name, load } }) => JSON.stringify([name, load]));
  return stages.map((stage, index) => {
    if (keys.indexOf(keys[index] as string) === index) return stage;
    const name = `${stage.plan.name} (stage ${index})`;
    return { ...stage, plan: { ...stage.plan, name }, summary: { ...stage.summary, name } };
  });
}
