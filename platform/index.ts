import type { PlatformName } from "../scenario/scenario.ts";
import { gke } from "./gke.ts";
import { kind } from "./kind.ts";
import { local } from "./local.ts";
import { ocp } from "./ocp.ts";
import type { Platform } from "./platform.ts";

export { mixedMigResource } from "./ocp.ts";
export type { GpuPlacement, Monitoring, Platform, PodSecurity, Storage, Toleration } from "./platform.ts";

const platforms: Readonly<Record<PlatformName, Platform>> = { gke, ocp, kind, local };

export function platformOf(name: PlatformName): Platform {
  return platforms[name];
}
