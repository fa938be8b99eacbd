import type { Gpu } from "./gpus.ts";
import type { PlatformName } from "./scenario.ts";

/** USD per GPU-hour, on demand, with where and when it was read: prices moved by factors in 2025 and 2026. */
export interface Price {
  readonly usdPerGpuHour: number;
  readonly source: string;
  /** ISO date of the source. */
  readonly asOf: string;
}

/*
 * Machine price over its GPUs, on demand. A MIG slice has no price of its own: the share of a card is a decision of its owner.
 * Platforms without a list price (ocp runs on one's own machines as often as on a cloud's) have none: set `prices`.
 */
const gke: Readonly<Record<string, Price>> = {
  "h100-80": {
    usdPerGpuHour: 10.98,
    source: "GCP us-central1 a3-highgpu-1g, Cloud Billing SKUs via silybench-data",
    asOf: "2026-09-26",
  },
  "a100-80": {
    usdPerGpuHour: 5.07,
    source: "GCP us-central1 a2-ultragpu-1g, Cyclenerd google-cloud-pricing",
    asOf: "2026-08-20",
  },
  "a100-40": { usdPerGpuHour: 3.79, source: "GCP asia-east1 a2-highgpu-1g", asOf: "2026-02-12" },
};

/** The user's price, else the catalogue's, else null: a cost is then "not computed", never 0. */
export function priceOf(platform: PlatformName, gpu: Gpu, overrides: Readonly<Record<string, Price>>): Price | null {
  return overrides[gpu.name] ?? (platform === "gke" ? (gke[gpu.name] ?? null) : null);
}
