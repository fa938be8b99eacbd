import type { Manifest } from "../analysis/run.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { OnProgress } from "./benchmark.ts";
import type { Driver } from "./driver.ts";
import type { Endpoint } from "./endpoint.ts";
import type { PlannedRun } from "./plannedRun.ts";
import type { RunFolder } from "./runFolder.ts";

/** Variable in which a load generator on this machine finds the engine's key. */
export const apiKeyEnv = "LLMBENCH_API_KEY";

/** One run on this machine, its engine up. */
export interface LocalWork {
  readonly scenario: Scenario;
  readonly run: PlannedRun;
  readonly folder: RunFolder;
  readonly endpoint: Endpoint;
  /** For tokenizers of gated models. */
  readonly hfToken: string | null;
  readonly driver: Driver;
  readonly onProgress: OnProgress;
}

export interface HarnessEnding {
  readonly status: Manifest["status"];
  readonly reason: string | null;
}
