import type { FaultRule } from "../simulator/config.ts";
import type { Criteria } from "./criteria.ts";
import type { EngineSettings, Fit } from "./engine.ts";
import type { Gpu } from "./gpus.ts";
import type { LlmdSettings } from "./llmd.ts";
import type { Model } from "./models.ts";
import type { Price } from "./prices.ts";

/** What a stack file says, after parsing, defaults and cross-checks. Frozen; everything downstream reads this and nothing else. */
export interface Scenario {
  readonly stack: string;
  /** `{platform}_{hardware}_{method}_{model}` of the first target; appears in results and labels. */
  readonly name: string;
  readonly platform: PlatformName;
  /** Benchmarked one after the other, never at once; the first is the baseline of a comparison. */
  readonly targets: readonly [Target, ...Target[]];
  readonly harness: HarnessSettings;
  readonly workload: Workload;
  /** Runs per target; they are interleaved (A B, B A, ...) so that drift hits all targets alike. */
  readonly repetitions: number;
  /** After each target alone, all of them loaded at once: what they cost each other. */
  readonly together: boolean;
  readonly seed: number;
  readonly mode: Mode;
  /** null on `local`. */
  readonly cluster: ClusterSettings | null;
  /** What `up` would refuse but a preview lets pass, each in one sentence; empty unless parsed for a preview. */
  readonly warnings: readonly string[];
  readonly criteria: Criteria;
}

/**
 * benchmark: engines, then runs. standup: engines only. debug: engines, and a harness pod that sleeps with all it needs.
 */
export type Mode = "benchmark" | "standup" | "debug";
export type PlatformName = "gke" | "ocp" | "kind" | "local";
export type Method = Target["method"];
export type Target = StandaloneTarget | LlmdTarget | SimulatedTarget | ExistingTarget;

interface DeployedTarget {
  readonly name: string;
  readonly model: Model;
  readonly gpu: Gpu;
  /** GPUs (or MIG slices) of one replica. */
  readonly gpuCount: number;
  readonly engine: EngineSettings;
  readonly fit: Fit;
  /** null: no price known, so no cost computed. */
  readonly price: Price | null;
}
export interface StandaloneTarget extends DeployedTarget {
  readonly method: "standalone";
}
/** `engine` holds for all its pods; replicas, tensorParallel, cpu and memory there are those of `llmd.decode`. */
export interface LlmdTarget extends DeployedTarget {
  readonly method: "llm-d";
  readonly llmd: LlmdSettings;
}
export interface SimulatedTarget extends DeployedTarget {
  readonly method: "simulated";
  readonly simulator: SimulatorSettings;
}
/** An engine deployed by other means. Its key, if any, is the entry of the secret `apiKeys` with the target's name. */
export interface ExistingTarget {
  readonly method: "existing";
  readonly name: string;
  readonly url: string;
  readonly servedModel: string;
  /** Where its pods, router and GPUs tell their metrics; absent: `/metrics` of the url. */
  readonly metricsUrls?: readonly string[];
  readonly hasApiKey: boolean;
  /** As declared in the stack file, for names and cost; null where it was not. */
  readonly gpu: Gpu | null;
  readonly gpuCount: number | null;
  readonly price: Price | null;
}

export interface SimulatorSettings {
  /** Simulated seconds per real second; anything but 1 is said in the report. */
  readonly speed: number;
  /** Factor on every time of the roofline: 1.15 is an engine 15 % slower. */
  readonly slowdown: number;
  readonly faults: readonly FaultRule[];
}

/** The profile's name and the values laid over it; `workloads/` loads, checks and renders it. */
export interface Workload {
  readonly profile: string;
  readonly overrides: Readonly<Record<string, unknown>>;
}

export interface HarnessSettings {
  readonly name: HarnessName;
  /** The longest a run may take before it is stopped and kept as partial. */
  readonly waitTimeoutSeconds: number;
  readonly namespace: string;
  /** null: the one that its adapter pins, or the stock Node image for ours. */
  readonly image: string | null;
  /** Secret to pull it with, made by others; null: none is needed. */
  readonly imagePullSecret: string | null;
  /** Hugging Face name or folder, for harnesses that count tokens themselves; null: the model's. */
  readonly tokenizer: string | null;
  /** Identity of its pod; null: ours, which has no rights. */
  readonly serviceAccount: string | null;
  /** Cores, requested and limited; the limit is at least 1. */
  readonly cpu: number;
  readonly memory: string;
  readonly pvcSize: string;
}
export type HarnessName = "llmbench" | "inference-perf" | "guidellm" | "fmperf" | "vllm-benchmark" | "aiperf" | "nop";

export interface ClusterSettings {
  /** Context of the kubeconfig; "auto": the current one. Not used where `host` is given. */
  readonly context: string;
  /** API server, e.g. https://api.example.com:6443, with the secret `clusterToken`; null: from the kubeconfig. */
  readonly host: string | null;
  /** Path of a PEM file that signs the host's certificate; null: the system's authorities. */
  readonly certificateAuthority: string | null;
  readonly namespace: string;
  readonly createNamespace: boolean;
  /** Of all claims; null: the platform's. */
  readonly storageClass: string | null;
  readonly modelStorage: ModelStorage;
  /** How slices appear on OpenShift: under their own product label (single) or as a resource of their own (mixed). */
  readonly migStrategy: "single" | "mixed";
  /** The longest a model may take to load and an engine to become ready. */
  readonly readyTimeoutSeconds: number;
  /** Tell the platform's Prometheus about the engines (PodMonitor, PodMonitoring). */
  readonly monitoring: boolean;
  /** Make the engines reachable from outside, where the platform can (a Route on OpenShift). */
  readonly expose: boolean;
}

export interface ModelStorage {
  /** null: from the size of the weights. */
  readonly size: string | null;
  /** null: `cluster.storageClass`, else the platform's. */
  readonly storageClass: string | null;
  readonly accessMode: "ReadWriteOnce" | "ReadWriteMany";
  /** A claim that is there already, with or without the model; null: one of ours. */
  readonly claim: string | null;
}
