import { loadAll, YAMLException } from "js-yaml";
import type { RoutingPreset } from "../llmd.ts";
import type { Carrier } from "./carrier.ts";
import type { Draft } from "./draft.ts";
import { at } from "./serveKeys.ts";

const GATEWAY = ["VLLM_MODELSERVICE_GATEWAY_CLASS_NAME", "VLLM_DEPLOYER_GATEWAY_CLASS_NAME"];
const PLUGIN_FILE = ["VLLM_MODELSERVICE_GAIE_PLUGINS_CONFIGFILE", "VLLM_MODELSERVICE_GAIE_PRESETS"];
const PARALLEL = [
  "VLLM_MODELSERVICE_MULTINODE",
  "VLLM_COMMON_NUM_WORKERS_PARALLELISM",
  "VLLM_COMMON_DATA_PARALLELISM",
  "VLLM_COMMON_DATA_LOCAL_PARALLELISM",
];
const SCORERS = ["PREFIX", "LOAD", "KVCACHE"] as const;
const families = ["EPP", "VLLM_DEPLOYER_EPP", "VLLM_MODELSERVICE_EPP"].flatMap((prefix) =>
  prefix === "EPP" ? [prefix] : [prefix, `${prefix}_DECODE`, `${prefix}_PREFILL`],
);
const enablers = families.flatMap((family) => SCORERS.map((scorer) => `${family}_ENABLE_${scorer}_AWARE_SCORER`));

/** What presets of the old tool come nearest to; null: ours has none. */
const presets: Readonly<Record<string, RoutingPreset>> = {
  default: "load-aware",
  "default-plugins": "prefix-aware",
  "inf-sche-prefix-kv-queue": "prefix-aware",
  "inf-sche-prefix-kv": "prefix-aware",
  "inf-sche-prefix": "prefix-aware",
  "prefix-cache-estimate-config": "prefix-aware",
  "inf-sche-kv": "load-aware",
  "inf-sche-queue": "load-aware",
  "inf-sche-none": "random",
};

/** Gateway and endpoint picker. They come before the roles: whether there is prefill decides what those may say. */
export const routing: readonly Carrier[] = [
  {
    variables: GATEWAY,
    key: "llmd.gateway",
    how: "istio and gke as they are; kgateway has no successor of that name, so the platform's default is taken.",
    carry: (draft) => {
      const taken = draft.first(...GATEWAY);
      if (taken === null) return;
      if (taken.text === "istio") draft.set(taken, "llmd.gateway", "istio");
      else if (/^gke(-|$)/.test(taken.text)) {
        draft.set(taken, "llmd.gateway", "gke");
        if (taken.text !== "gke") draft.set(taken, "llmd.gatewayClass", taken.text);
      } else
        draft.drop(
          taken,
          `there is no gateway ${taken.text} here. llmd.gateway is the platform's default; agentgateway is what kgateway's endpoint picking became.`,
        );
    },
  },
  {
    variables: ["VLLM_DEPLOYER_EPP_PD_ENABLED", "VLLM_MODELSERVICE_EPP_PD_ENABLED"],
    key: "llmd.prefill",
    how: "",
    carry: (draft) => {
      const taken = draft.first("VLLM_DEPLOYER_EPP_PD_ENABLED", "VLLM_MODELSERVICE_EPP_PD_ENABLED");
      if (taken === null) return;
      if (taken.text === "true") draft.set(taken, "llmd.prefill", {});
      else draft.same(taken, "no llmd.prefill by this");
    },
  },
  {
    variables: ["VLLM_MODELSERVICE_GAIE_CUSTOM_PLUGINS", ...PLUGIN_FILE],
    key: "llmd.plugins, llmd.routing",
    how: "A config in the file becomes plugins; the name of a preset the routing that comes nearest, and `pd...` also prefill.",
    carry: carryPlugins,
  },
  {
    variables: enablers,
    key: "llmd.routing",
    how: "prefix-aware where the prefix scorer is on, else load-aware; weights are the preset's.",
    carry: (draft) => {
      const taken = enablers.map((name) => draft.take(name)).filter((one) => one !== null);
      const on = taken.filter((one) => one.text === "true");
      const preset = on.some((one) => one.name.includes("PREFIX_AWARE")) ? "prefix-aware" : "load-aware";
      for (const one of taken) {
        if (at(draft.config, "llmd.plugins") !== undefined) draft.drop(one, "llmd.plugins says how pods are chosen.");
        else if (on.length === 0) draft.drop(one, "no scorer is on; llmd.routing: random comes nearest.");
        else
          draft.set(
            one,
            "llmd.routing",
            preset,
            one.text === "true" ? "a preset, with its own weights" : "a preset; llmd.plugins can leave a scorer out",
          );
      }
    },
  },
  {
    variables: PARALLEL,
    key: "llmd.*.nodes, llmd.*.dataParallel",
    how: "Of both roles, unless one says its own.",
    carry: (draft) => {
      for (const name of PARALLEL) {
        const taken = draft.take(name);
        if (taken) draft.same(taken, "by the roles of llmd");
      }
    },
  },
];

function carryPlugins(draft: Draft): void {
  const own = draft.take("VLLM_MODELSERVICE_GAIE_CUSTOM_PLUGINS");
  const file = draft.first(...PLUGIN_FILE);
  const preset = (file?.text ?? "").replace(/^.*\/|\.ya?ml$/g, "");
  if (own) {
    const plugins = readPlugins(own.text, preset);
    if (typeof plugins === "string") draft.drop(own, plugins);
    else draft.set(own, "llmd.plugins", plugins);
    if (file) draft.same(file, "names one of llmd.plugins");
    if (typeof plugins !== "string") return;
  } else if (file) {
    if (preset.startsWith("pd")) {
      draft.set(file, "llmd.prefill", at(draft.config, "llmd.prefill") ?? {}, "the preset of disaggregation");
    } else if (presets[preset])
      draft.set(file, "llmd.routing", presets[preset], `what comes nearest to preset ${preset}`);
    else draft.drop(file, `there is no preset ${preset} here. Put its EndpointPickerConfig under llmd.plugins.`);
  }
}

/** A map of file names to configs, of which one is used; as text: why not. */
function readPlugins(text: string, wanted: string): Record<string, unknown> | string {
  try {
    const files = loadAll(text)[0] as Record<string, unknown> | null;
    const entries = Object.entries(files ?? {});
    const [, config] = entries.find(([name]) => name.replace(/\.ya?ml$/, "") === wanted) ?? entries[0] ?? [];
    const plugins = typeof config === "string" ? loadAll(config)[0] : null;
    if (typeof plugins === "object" && plugins !== null && "plugins" in plugins)
      return plugins as Record<string, unknown>;
    return "it is no map of file names to EndpointPickerConfigs. Put yours under llmd.plugins.";
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    return `it is no YAML (${error.reason}). Put an EndpointPickerConfig under llmd.plugins.`;
  }
}
