/** A Prometheus histogram: cumulative on output, plain counts inside. */
export class Histogram {
  readonly bounds: readonly number[];
  readonly #counts: Float64Array;
  #sum = 0;
  #count = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    let i = 0;
    while (i < this.bounds.length && value > this.bounds[i]!) i++;
    this.#counts[i]!++;
    this.#sum += value;
    this.#count++;
  }

  get sum(): number {
    return this.#sum;
  }

  get count(): number {
    return this.#count;
  }

  /** Pairs of upper bound and observations at or below it; the last bound is Infinity. */
  cumulative(): [bound: number, count: number][] {
    let total = 0;
    return Array.from(this.#counts, (count, i) => {
      total += count;
      return [this.bounds[i] ?? Number.POSITIVE_INFINITY, total];
    });
  }
}

/** 1, 2, 5, 10, 20, 50, ... up to `max`, as vLLM lays out its token-count buckets. */
export function oneTwoFive(max: number): number[] {
  const bounds: number[] = [];
  for (let power = 1; ; power *= 10) {
    for (const digit of [1, 2, 5]) {
      if (digit * power > max) return bounds;
      bounds.push(digit * power);
    }
  }
}
