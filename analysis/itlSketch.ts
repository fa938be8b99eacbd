/**
 * A histogram of gaps with buckets that grow by a fixed factor: any quantile is within 0.1 % of the exact one, two
 * sketches merge by adding counts, and the order of values and merges does not matter. One per stage, because one gap
 * per token is too much to sort (1,000,000 requests x 128 tokens).
 *
 * Bucket 0 holds gaps below 1 us (several events in one read); bucket i holds (GROWTH^(i-2), GROWTH^(i-1)] us.
 */

/** A little below 0.1 %, so that rounding at a bucket's edge stays within the promise. */
const RELATIVE_ERROR = 0.000_99;
const GROWTH = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
const INVERSE_LOG = 1 / Math.log(GROWTH);
/** Longer than any deadline between two tokens; what is above is counted as this. */
const MAX_MICROS = 86_400_000_000;
const SIZE = bucketByLog(MAX_MICROS) + 1;
/** Gaps below 65 ms are looked up: a logarithm per token would be most of the import's time. */
const LOOKUP = Uint16Array.from({ length: 65_536 }, (_, micros) => (micros < 1 ? 0 : bucketByLog(micros)));

function bucketByLog(micros: number): number {
  return 1 + Math.max(0, Math.ceil(Math.log(micros) * INVERSE_LOG - 1e-9));
}

export function newSketch(): Float64Array {
  return new Float64Array(SIZE);
}

/** Bucket of a gap in whole microseconds. */
export function bucketOf(micros: number): number {
  return micros < 65_536 ? (LOOKUP[micros] as number) : bucketByLog(Math.min(micros, MAX_MICROS));
}

export function addGap(sketch: Float64Array, micros: number): void {
  (sketch[bucketOf(micros)] as number)++;
}

/** A new sketch with the counts of all of them. */
export function mergeSketches(sketches: readonly Float64Array[]): Float64Array {
  const merged = newSketch();
  for (const sketch of sketches) {
    if (sketch.length !== SIZE)
      throw new Error(`an ITL sketch of ${sketch.length} buckets cannot be merged, expected ${SIZE}`);
    for (let i = 0; i < SIZE; i++) (merged[i] as number) += sketch[i] as number;
  }
  return merged;
}

/** Gaps in order of size, each given by its bucket's middle in ms; read-only. */
export class SketchView {
  readonly n: number;
  readonly meanMs: number;
  readonly #cumulative: Float64Array;

  constructor(sketch: Float64Array) {
    this.#cumulative = new Float64Array(sketch.length);
    let n = 0;
    let sum = 0;
    for (let i = 0; i < sketch.length; i++) {
      const count = sketch[i] as number;
      n += count;
      sum += count * middleMs(i);
      this.#cumulative[i] = n;
    }
    this.n = n;
    this.meanMs = sum / n;
  }

  /** The gap of 0-based rank `rank`, in ms. */
  at(rank: number): number {
    let low = 0;
    let high = this.#cumulative.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#cumulative[middle] as number) > rank) high = middle;
      else low = middle + 1;
    }
    return middleMs(low);
  }
}

/** The value whose relative distance to both edges of the bucket is the same. */
function middleMs(bucket: number): number {
  return bucket === 0 ? 0 : (2 * GROWTH ** (bucket - 1)) / (GROWTH + 1) / 1000;
}
