import type { BadConfig } from "./badConfig.ts";
import { clusters } from "./cluster.ts";
import { criteria } from "./criteria.ts";
import { engine } from "./engine.ts";
import { memory, parallelism, platformAndGpu, platformAndMethod } from "./hardware.ts";
import { harness } from "./harness.ts";
import { llmd } from "./llmd.ts";
import { overrides } from "./overrides.ts";
import { shapes } from "./shapes.ts";
import { existing, secrets } from "./targets.ts";

export const badConfigs: readonly BadConfig[] = [
  shapes,
  platformAndMethod,
  platformAndGpu,
  parallelism,
  memory,
  secrets,
  existing,
  engine,
  harness,
  clusters,
  overrides,
  criteria,
  llmd,
].flat();
