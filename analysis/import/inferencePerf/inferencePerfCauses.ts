import { causeKey } from "../../errorCauses.ts";
import type { ErrorCount } from "../../run.ts";
import { FailureCauses, MAX_MESSAGE, shortened } from "../failureCauses.ts";
import { type MovedNumbers, NumberList } from "../numberList.ts";
import type { LifecycleRow } from "./inferencePerfRow.ts";

/** Messages may differ in each failure, by a port or a time; then the first one of its cause stands for it. */
const MAX_MESSAGES = 100_000;
const NO_CAUSE = 0;

type Cause = Omit<ErrorCount, "stage" | "count"> & { readonly key: string };

/** For another thread. */
export interface MovedCauses {
  readonly causes: readonly Cause[];
  /** Of each cause the text by which it is known again. */
  readonly texts: readonly string[];
  readonly rows: MovedNumbers;
}

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
    return this.#learn(text, { ...failure, message: shortened(failure.message), key });
  }

  #learn(text: string, cause: Cause): number {
    const number = this.#causes.push(cause);
    this.#byText.set(text, number);
    if (!this.#byKey.has(cause.key)) this.#byKey.set(cause.key, number);
    return number;
  }

  move(): MovedCauses {
    return { causes: this.#causes, texts: [...this.#byText.keys()], rows: this.#rows.move() };
  }

  /** @returns false, with nothing done: there would be so many causes that some of them are not told apart */
  append({ causes, texts, rows }: MovedCauses): boolean {
    if (this.#causes.length + causes.length >= MAX_MESSAGES) return false;
    const numbers = texts.map((text, i) => this.#byText.get(text) ?? this.#learn(text, causes[i] as Cause));
    const own = this.#rows.length;
    this.#rows.append(rows);
    for (let row = own; row < this.#rows.length; row++) {
      const number = this.#rows.at(row);
      if (number !== NO_CAUSE) this.#rows.set(row, numbers[number - 1] as number);
    }
    return true;
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
