import type { Gpu } from "../scenario/gpus.ts";
import type { PlatformName } from "../scenario/scenario.ts";

/** What differs between the places an engine can run: plain facts, from which components build manifests. */
export interface Platform {
  readonly name: PlatformName;
  /** GPUs its nodes can have; empty where engines are simulated or exist already. */
  readonly gpus: readonly Gpu[];
  /** Where a pod that needs this GPU may run and what it asks for; throws on a GPU the platform has not. */
  gpuPlacement(gpu: Gpu, count: number): GpuPlacement;
  readonly storage: Storage;
  readonly podSecurity: PodSecurity;
  readonly monitoring: Monitoring;
  /** How an endpoint is reached from outside the cluster. */
  readonly exposure: "none" | "route" | "port-forward";
}

export interface GpuPlacement {
  /** Node labels, all of them required. */
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly Toleration[];
  /** Requests and limits alike: extended resources know no difference. */
  readonly resources: Readonly<Record<string, string>>;
  /** Added to the engine's environment. */
  readonly env: Readonly<Record<string, string>>;
}

export interface Toleration {
  readonly key: string;
  readonly operator: "Exists" | "Equal";
  readonly value?: string;
  readonly effect: "NoSchedule" | "NoExecute";
}

export interface Storage {
  /** null: the cluster's default class. */
  readonly modelClass: string | null;
  readonly resultsClass: string | null;
  readonly modelAccessMode: "ReadWriteOnce" | "ReadWriteMany";
}

export interface PodSecurity {
  /** Level of the Pod Security Standard that our pods keep to. */
  readonly level: "restricted";
  /** User id to write into pods; null where the platform assigns one and refuses any other. */
  readonly runAsUser: number | null;
  readonly fsGroup: number | null;
  readonly note: string;
}

/** Which object tells the platform's Prometheus about an engine's metrics. */
export type Monitoring =
  | { readonly kind: "PodMonitoring" | "PodMonitor"; readonly apiVersion: string }
  | { readonly kind: "none" };

export function refuseGpu(platform: PlatformName, gpu: Gpu): never {
  throw new Error(
    `platform ${platform} has no GPU ${gpu.name}; parseScenario refuses such a scenario before it gets here`,
  );
}
