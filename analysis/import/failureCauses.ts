import { causeKey, mostFrequent } from "../errorCauses.ts";
import type { ErrorCount } from "../run.ts";

/** Distinct causes held while reading; a server that puts a random id into each message must not fill the memory. */
const MAX_CAUSES = 10_000;
export const MAX_MESSAGE = 500;

export type Failure = Omit<ErrorCount, "stage" | "count">;

/** Counts failures by stage and cause, in time and memory that do not grow with their number. */
export class FailureCauses {
  readonly #counts = new Map<string, { -readonly [K in keyof ErrorCount]: ErrorCount[K] }>();

  /** @param key of the failure, where it is known already */
  add(stage: number, failure: Failure, key = causeKey(failure)): void {
    const seen = this.#counts.get(`${stage} ${key}`);
    if (seen !== undefined) {
      seen.count++;
    } else if (this.#counts.size < MAX_CAUSES) {
      const { outcome, status } = failure;
      const message = shortened(failure.message);
      this.#counts.set(`${stage} ${key}`, { stage, outcome, status, message, count: 1 });
    }
  }

  /** The most frequent of each stage and outcome. */
  get counts(): ErrorCount[] {
    return mostFrequent([...this.#counts.values()], ({ stage, outcome }) => `${stage} ${outcome}`);
  }
}

/** A copy: a part of a text keeps all of it in memory, and the text may be a part of a whole chunk of the file. */
export function shortened(text: string): string {
  return Buffer.from(text.slice(0, MAX_MESSAGE)).toString();
}
