import type { SimulatorSettings } from "./scenario.ts";

export const gatewayProviders = ["none", "istio", "agentgateway", "gke"] as const;
export const routerCharts = ["inferencepool", "llm-d-router"] as const;
export const routingPresets = ["prefix-aware", "load-aware", "random"] as const;

/** What takes requests in: none is the endpoint picker's own proxy, the others are providers of the Gateway API. */
export type GatewayProvider = (typeof gatewayProviders)[number];
/** Chart that brings the endpoint picker and its InferencePool. */
export type RouterChart = (typeof routerCharts)[number];
export type RoutingPreset = (typeof routingPresets)[number];

/** How llm-d serves the model of a target: `llmd` of the stack file with its defaults filled in. */
export interface LlmdSettings {
  readonly gateway: GatewayProvider;
  /** Name of the GatewayClass; null where the gateway is "none". */
  readonly gatewayClass: string | null;
  readonly router: RouterChart;
  readonly routing: RoutingPreset;
  /** An EndpointPickerConfig as it is, in place of the preset's; null: the preset's. */
  readonly plugins: Readonly<Record<string, unknown>> | null;
  /** Of the endpoint picker's container. */
  readonly endpointPicker: { readonly cpu: number; readonly memory: string };
  /** Prompt tokens that no cache holds from which on a prefill pod takes the prompt; null: nothing of ours decides that. */
  readonly prefillThreshold: number | null;
  /** Pods that answer requests; without `prefill` they do all the work. */
  readonly decode: RoleSettings;
  /** Pods that only read prompts; null: no disaggregation. */
  readonly prefill: RoleSettings | null;
  /** Folder, or registry (oci://, https://), that holds the charts in place of their makers' homes; null: these homes. */
  readonly charts: string | null;
  /** The engines are simulated ones of ours on the stock Node image, behind a real router; null: vLLM. */
  readonly simulator: SimulatorSettings | null;
}

/** Pods of one role: what differs from the target's `engine`. */
export interface RoleSettings {
  readonly replicas: number;
  readonly tensorParallel: number;
  /** Copies of the weights within one replica, each with `tensorParallel` GPUs. */
  readonly dataParallel: number;
  /** Pods of one replica, on as many nodes; more than 1 is a LeaderWorkerSet. */
  readonly nodes: number;
  /** Of one pod: tensorParallel x dataParallel / nodes. */
  readonly gpusPerPod: number;
  readonly cpu: number;
  readonly memory: string;
  /** After those of `engine`. */
  readonly extraArgs: readonly string[];
}

/** GPUs (or slices) that all pods of a target hold together. */
export function llmdGpus({ decode, prefill }: Pick<LlmdSettings, "decode" | "prefill">): number {
  return [decode, prefill].reduce((sum, role) => sum + (role ? role.replicas * role.nodes * role.gpusPerPod : 0), 0);
}
