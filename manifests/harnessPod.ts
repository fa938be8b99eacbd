import type { V1Container, V1EnvVar, V1Volume } from "@kubernetes/client-node";
import type { Target } from "../scenario/scenario.ts";
import type { LoadedTogether } from "../workloads/together.ts";
import { codeMount } from "./codeConfigMap.ts";
import type { RunIdentity } from "./names.ts";

export type ManifestRun = RunIdentity & LoadedTogether & { readonly target: Target; readonly repetition: number };

/** For an image pull, a new node from the autoscaler, and the volume. */
export const startSeconds = 900;

/** How long whoever loads or asks the engine waits for its first answer. */
export const waitReadySeconds = 300;
/** Where a run's ConfigMap is mounted. */
export const configMount = "/llm-bench/plan";
/** Variable in which our own program finds the engine's key. */
export const apiKeyEnv = "LLMBENCH_API_KEY";
export const harnessProgram = `${codeMount}/harness.mjs`;

/** What one harness makes of a pod; all else is the same for all of them. */
export interface HarnessPod {
  /** Into the run's ConfigMap, mounted at `configMount`. */
  readonly files: Readonly<Record<string, string>>;
  readonly initContainers: readonly V1Container[];
  readonly image: string;
  readonly command: readonly string[];
  /** What keeps the pod in mode debug, with what the image has. */
  readonly sleeping: readonly string[];
  readonly env: readonly V1EnvVar[];
  readonly workingDir?: string;
  readonly volumeMounts: NonNullable<V1Container["volumeMounts"]>;
  readonly volumes: readonly V1Volume[];
  /** Of /tmp. */
  readonly temporary: string;
}

/** An environment variable from a Secret. */
export function fromSecret(name: string, secretKeyRef: { name: string; key: string; optional?: boolean }): V1EnvVar {
  return { name, valueFrom: { secretKeyRef } };
}
