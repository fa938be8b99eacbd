import { causeKey } from "../errorCauses.ts";
import type { ErrorCount } from "../run.ts";
import { FailureCauses, MAX_MESSAGE, shortened } from "./failureCauses.ts";
import type { LifecycleRow } from "./inferencePerfRow.ts";
import { NumberList } from "./numberList.ts";

/** Messages may differ in each failure, by a port or a time; then the first one of its cause stands for it. */
const MAX_MESSAGES = 100_000;
const NO_CAUSE = 0;

type Cause = Omit<ErrorCount, "stage" | "count"> & { readonly key: string };

/** Why each row failed, as a number, until it is known to which stage the row belongs. */
export class CauseTable {
  readonly #causes: Cause[] = [];
  readonly #byText = new Map<string, number>();
  readonly #byKey = new Map<string, number>();
  /** Per row, one more than the index into `#causes`. */
  readonly #rows = new NumberList();

  add({ outcome, status, message }: Pick<LifecycleRow, "outcome" | "status" | "message">): void {
    this.#rows.push(outcome === "ok" ? NO_CAUSE : this.#number({ outcome, status, message }));
  }

  #number(failure: Omit<Cause, "key">): number {
    const text = `${failure.outcome} ${failure.status} ${failure.message.slice(0, MAX_MESSAGE)}`;
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const key = causeKey(failure);
    if (this.#causes.length >= MAX_MESSAGES) return this.#byKey.get(key) ?? NO_CAUSE;
    const number = this.#causes.push({ ...failure, message: shortened(failure.message), key });
    this.#byText.set(text, number);
    if (!this.#byKey.has(key)) this.#byKey.set(key, number);
    return number;
  }

  /** @param stages per row; -1: not counted */
  counts(stages: Int32Array): ErrorCount[] {
    const counts = new FailureCauses();
    for (let row = 0; row < stages.length; row++) {
      const [stage, number] = [stages[row] as number, this.#rows.at(row)];
      if (stage < 0 || number === NO_CAUSE) continue;
      const { key, ...cause } = this.#causes[number - 1] as Cause;
      counts.add(stage, cause, key);
    }
    return counts.counts;
  }
}
