export interface RatioInterval {
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

/** 97.5 % quantiles of Student's t for 1 to 9 degrees of freedom (any printed table). */
const T = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];

/** Geometric mean of paired ratios and its 95 % interval. @param logs natural logarithms of 2 to 10 ratios */
export function interval(logs: readonly number[]): RatioInterval {
  const t = T[logs.length - 2];
  if (t === undefined) throw new Error(`repetitions: ${logs.length} is not allowed; give 2 to 10`);
  const mean = logs.reduce((a, b) => a + b) / logs.length;
  const variance = logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (logs.length - 1);
  const half = t * Math.sqrt(variance / logs.length);
  return { ratio: Math.exp(mean), low: Math.exp(mean - half), high: Math.exp(mean + half) };
}
