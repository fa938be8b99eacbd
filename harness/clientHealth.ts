import { createHistogram, type RecordableHistogram } from "node:perf_hooks";
import type { ClientHealth } from "./recordFormat.ts";

/** Watches the generator itself during one stage: figures from a generator that was the bottleneck are not the server's. */
export class HealthWatch {
  readonly #lag = createHistogram();
  readonly #dispatchLag: RecordableHistogram | null;
  readonly #startMs = performance.now();
  readonly #startCpu = process.cpuUsage();
  #dueMs = Number.NaN;

  /** @param openLoop a closed loop has no intended times, so no dispatch lag */
  constructor(openLoop: boolean) {
    this.#dispatchLag = openLoop ? createHistogram() : null;
  }

  /** To be called from a timer of `intervalMs`: what it is late by is the lag of the event loop. */
  tick(nowMs: number, intervalMs: number): void {
    if (!Number.isNaN(this.#dueMs)) record(this.#lag, nowMs - this.#dueMs);
    this.#dueMs = nowMs + intervalMs;
  }

  dispatched(lagMs: number): void {
    if (this.#dispatchLag !== null) record(this.#dispatchLag, lagMs);
  }

  result(): ClientHealth {
    const wallMs = performance.now() - this.#startMs;
    const cpu = process.cpuUsage(this.#startCpu);
    return {
      cpu: wallMs > 0 ? (cpu.user + cpu.system) / 1000 / wallMs : 0,
      eventLoopLagP99Ms: percentileMs(this.#lag, 99) ?? 0,
      eventLoopLagMaxMs: percentileMs(this.#lag, 100) ?? 0,
      dispatchLagP50Ms: this.#dispatchLag && percentileMs(this.#dispatchLag, 50),
      dispatchLagP99Ms: this.#dispatchLag && percentileMs(this.#dispatchLag, 99),
      maxRssMb: process.resourceUsage().maxRSS / 1024,
    };
  }
}

/** Microseconds; the histogram takes whole numbers from 1. */
function record(histogram: RecordableHistogram, ms: number): void {
  histogram.record(Math.max(1, Math.round(ms * 1000)));
}

function percentileMs(histogram: RecordableHistogram, percentile: number): number | null {
  return histogram.count === 0 ? null : histogram.percentile(percentile) / 1000;
}
