import type { LlmdSettings, RoutingPreset } from "../../scenario/llmd.ts";

interface EndpointPickerConfig {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plugins: readonly { readonly type: string; readonly parameters?: Readonly<Record<string, unknown>> }[];
  readonly schedulingProfiles: readonly { readonly name: string; readonly plugins: readonly Reference[] }[];
}
interface Reference {
  readonly pluginRef: string;
  readonly weight?: number;
}

/** Scorers and pickers of a preset, by plugin type. */
const presets: Readonly<Record<RoutingPreset, readonly Reference[]>> = {
  // Weights of llm-d's guide "optimized baseline".
  "prefix-aware": [
    { pluginRef: "queue-scorer", weight: 2 },
    { pluginRef: "kv-cache-utilization-scorer", weight: 2 },
    { pluginRef: "prefix-cache-scorer", weight: 3 },
    { pluginRef: "no-hit-lru-scorer", weight: 2 },
  ],
  "load-aware": [
    { pluginRef: "queue-scorer", weight: 2 },
    { pluginRef: "kv-cache-utilization-scorer", weight: 2 },
    // Counted by the picker itself: the other two are as old as the last look at the pods' metrics, and a burst of requests
    // that comes in between would all go to one pod.
    { pluginRef: "active-request-scorer", weight: 2 },
  ],
  random: [{ pluginRef: "random-picker" }],
};

/** What the endpoint picker reads as its configuration: `llmd.plugins` as it is, else the preset's, with roles where there are two. */
export function endpointPickerConfig({
  plugins,
  prefill,
  prefillThreshold,
  routing,
}: Pick<LlmdSettings, "plugins" | "prefill" | "prefillThreshold" | "routing">): Readonly<Record<string, unknown>> {
  if (plugins !== null) return plugins;
  const references = presets[routing];
  const types = references.map(({ pluginRef }) => ({ type: pluginRef }));
  const head = { apiVersion: "llm-d.ai/v1alpha1", kind: "EndpointPickerConfig" };
  const config: EndpointPickerConfig =
    prefill === null
      ? { ...head, plugins: types, schedulingProfiles: [{ name: "default", plugins: references }] }
      : {
          ...head,
          plugins: [...disaggregation(prefillThreshold as number), ...types],
          schedulingProfiles: (["prefill", "decode"] as const).map((role) => ({
            name: role,
            plugins: [{ pluginRef: `${role}-filter` }, ...references],
          })),
        };
  return { ...config };
}

/** A decode pod is chosen first; the decider then says whether a prefill pod reads the prompt before it. */
function disaggregation(prefillThreshold: number): EndpointPickerConfig["plugins"] {
  const threshold = { type: "prefix-based-pd-decider", parameters: { nonCachedTokens: prefillThreshold } };
  // 0 would turn that decider off, where the key means "every prompt".
  const decider = prefillThreshold === 0 ? { type: "always-disagg-pd-decider" } : threshold;
  return [
    { type: "prefill-filter" },
    { type: "decode-filter" },
    decider,
    { type: "disagg-profile-handler", parameters: { deciders: { prefill: decider.type } } },
  ];
}
