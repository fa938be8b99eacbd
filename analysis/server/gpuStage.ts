import type { Measured } from "../analysis.ts";
import { counterDelta } from "./counterDelta.ts";
import type { StageTimes } from "./engineStage.ts";
import { absent, average, measured, total } from "./measuredParts.ts";
import { type GpuGaugeName, gpuEnergy, gpuGauges } from "./metricNames.ts";
import type { GpuUse } from "./serverMetrics.ts";
import type { GpuPage } from "./serverPage.ts";
import type { StagePages } from "./stagePages.ts";
import { timeWeightedMean, trapezoid } from "./timeWeighted.ts";

/** Longer gaps hide whole phases of a load; energy from such power would be a guess. */
const LONGEST_POWER_GAP_MS = 3000;

interface TimedGpu {
  readonly ms: number;
  readonly gpu: GpuPage;
}

/** What GPU exporters say of one stage; null: no page of one. */
export function gpuStage(stages: readonly StagePages[], times: StageTimes): GpuUse | null {
  const gpus = new Map<string, TimedGpu[]>();
  for (const { pages } of stages) {
    for (const page of pages) {
      for (const [key, gpu] of page.gpus) {
        const found = gpus.get(key);
        if (found === undefined) gpus.set(key, [{ ms: page.ms, gpu }]);
        else found.push({ ms: page.ms, gpu });
      }
    }
  }
  if (gpus.size === 0) return null;
  const each = [...gpus.values()];
  const means = (name: GpuGaugeName) => each.map((pages) => gaugeOf(pages, name, times));
  return {
    gpus: gpus.size,
    utilisation: average(means("utilisation"), NONE),
    tensorActive: average(means("tensorActive"), NONE),
    dramActive: average(means("dramActive"), NONE),
    memoryUsedMiB: average(means("memoryUsedMiB"), NONE),
    powerWatts: total(means("powerWatts"), NONE),
    energyJoules: total(each.map(energyOf), NONE),
  };
}

const NONE = "no GPU";

function gaugeOf(pages: readonly TimedGpu[], name: GpuGaugeName, { startMs, endMs }: StageTimes): Measured {
  const points = pointsOf(pages, name);
  if (points.length === 0) return absent(`the exporter does not tell ${gpuGauges[name]}`);
  return measured(timeWeightedMean(points, startMs, endMs), "no sample in the window");
}

/** The GPU's own counter, else its power over time; from the stage's begin to its end, as the tokens are counted. */
function energyOf(pages: readonly TimedGpu[]): Measured {
  const counted = pages.map(({ gpu }) => gpu.energyJoules).filter((value) => value !== null);
  // One that stands still was not read in between: DCGM may be set to read it every 30 s.
  const grown = counterDelta(counted.map((value) => ({ value, startedAt: null })));
  if (counted.length > 1 && grown > 0) return { value: grown };
  const reason = `neither ${gpuEnergy} nor ${gpuGauges.powerWatts} without gaps of more than ${LONGEST_POWER_GAP_MS / 1000} s`;
  return measured(trapezoid(pointsOf(pages, "powerWatts"), LONGEST_POWER_GAP_MS), reason);
}

function pointsOf(pages: readonly TimedGpu[], name: GpuGaugeName) {
  return pages.flatMap(({ ms, gpu }) => {
    const value = gpu.gauges[name];
    return value === undefined ? [] : [{ ms, value }];
  });
}
