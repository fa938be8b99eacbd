import type { HarnessPlan } from "../../harness/plan.ts";

/** A run folder that cannot be read: says which file, what is wrong with it and what to do. */
export class ImportError extends Error {
  readonly file: string;

  constructor(file: string, problem: string, next: string) {
    super(`${file}: ${problem}; ${next}`);
    this.name = "ImportError";
    this.file = file;
  }
}

/** The harness ended before it sent anything: no damage, where a run is known to have failed. */
export class NothingLeft extends ImportError {
  /** As far as it came. */
  readonly plan: HarnessPlan | null;
  readonly problems: readonly string[];

  constructor(file: string, next: string, plan: HarnessPlan | null, problems: readonly string[]) {
    super(file, "is missing", next);
    this.plan = plan;
    this.problems = problems;
  }
}

export const collectAgain = "the copy is damaged: collect the run again, or run it again";
