export interface ValueAxis {
  readonly log: boolean;
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
}

/** Beyond this range a linear axis hides the small values. */
const LOG_ABOVE_RATIO = 30;

/** From zero and linear, except for latencies that span more than 30x. No finite value: 0..1. */
export function valueAxis(values: readonly number[], mayBeLog: boolean): ValueAxis {
  const finite = values.filter(Number.isFinite);
  const high = Math.max(0, ...finite);
  if (high === 0) return { log: false, domain: [0, 1], ticks: [0, 1] };
  const low = Math.min(...finite);
  if (mayBeLog && low > 0 && high / low > LOG_ABOVE_RATIO) return logAxis(low, high);
  const step = niceStep(high / 4.5);
  const top = Math.ceil((high * 1.02) / step) * step;
  const ticks = Array.from({ length: Math.round(top / step) + 1 }, (_, i) => Number((i * step).toPrecision(12)));
  return { log: false, domain: [0, ticks.at(-1)!], ticks };
}

/** Whole ticks of 1, 2, 5 and so on around the values; both above 0. */
export function logAxis(low: number, high: number): ValueAxis {
  const decades = Math.log10(high / low);
  const mantissas = decades > 3 ? [1] : decades > 2 ? [1, 3] : [1, 2, 5];
  const all: number[] = [];
  for (let exponent = Math.floor(Math.log10(low)) - 1; exponent <= Math.ceil(Math.log10(high)) + 1; exponent++) {
    for (const mantissa of mantissas) all.push(Number((mantissa * 10 ** exponent).toPrecision(12)));
  }
  const first = all.findLastIndex((tick) => tick <= low);
  const last = all.findIndex((tick) => tick >= high);
  const ticks = all.slice(first, last + 1);
  return { log: true, domain: [ticks[0]!, ticks.at(-1)!], ticks };
}

/** Symmetric around 0, so that a loss is as long as a gain and on the other side. */
export function signedAxis(values: readonly number[]): ValueAxis {
  const reach = Math.max(1e-9, ...values.filter(Number.isFinite).map(Math.abs));
  const step = niceStep(reach / 2.5);
  const count = Math.ceil((reach * 1.02) / step);
  const ticks = Array.from({ length: 2 * count + 1 }, (_, i) => Number(((i - count) * step).toPrecision(12)));
  return { log: false, domain: [ticks[0]!, ticks.at(-1)!], ticks };
}

/** The next of 1, 2, 2.5, 5, 10 times a power of ten. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].find((candidate) => candidate * power >= rough * (1 - 1e-9)) ?? 10;
  return Number((step * power).toPrecision(12));
}

/** px from the top of a panel. */
export function valuePosition(axis: ValueAxis, value: number, heightPx: number): number {
  const scale = axis.log ? Math.log : (x: number) => x;
  const [low, high] = axis.domain;
  return heightPx * (1 - (scale(value) - scale(low)) / (scale(high) - scale(low)));
}
