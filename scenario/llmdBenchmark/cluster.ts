import { type Carrier, number, quantity, text } from "./carrier.ts";
import { at } from "./serveKeys.ts";

const ROUTES = ["VLLM_STANDALONE_ROUTE", "VLLM_MODELSERVICE_ROUTE", "VLLM_DEPLOYER_ROUTE"];
const MONITORS = ["VLLM_MONITORING_PODMONITOR_ENABLED", "VLLM_COMMON_METRICS_SCRAPE_ENABLED"];

const SIZE = "VLLM_COMMON_PVC_MODEL_CACHE_SIZE";
const size = quantity([SIZE], "cluster.modelStorage.size");

/** Cluster, namespace, volumes. They come last: how many pods mount the model decides how its volume must be. */
export const cluster: readonly Carrier[] = [
  text(["VLLM_COMMON_NAMESPACE"], "cluster.namespace"),
  {
    variables: ["CLUSTER_URL"],
    key: "cluster.host",
    how: "`auto` is the kubeconfig's cluster; a host needs the secret `clusterToken`.",
    carry: (draft) => {
      const taken = draft.take("CLUSTER_URL");
      if (taken === null) return;
      if (taken.text === "auto") draft.same(taken, "the kubeconfig's current context");
      else draft.set(taken, "cluster.host", /^https:/.test(taken.text) ? taken.text : `https://${taken.text}:6443`);
    },
  },
  {
    variables: ["VLLM_COMMON_PVC_STORAGE_CLASS"],
    key: "cluster.storageClass",
    how: "`default` and `auto` are the platform's.",
    carry: (draft) => {
      const taken = draft.take("VLLM_COMMON_PVC_STORAGE_CLASS");
      if (taken === null) return;
      if (/^(default|auto)$/.test(taken.text)) draft.same(taken, "the platform's");
      else draft.set(taken, "cluster.storageClass", taken.text);
    },
  },
  {
    ...size,
    carry: (draft, context) => {
      if (!context.simulated) return size.carry(draft, context);
      const taken = draft.take(SIZE);
      if (taken) draft.drop(taken, "a simulated engine loads no model.");
    },
  },
  {
    variables: ["VLLM_COMMON_PVC_ACCESS_MODE"],
    key: "cluster.modelStorage.accessMode",
    how: "Not set was ReadWriteMany there; here it is written where several pods mount the model or the file names a class.",
    carry: (draft, { simulated }) => {
      const taken = draft.take("VLLM_COMMON_PVC_ACCESS_MODE");
      if (simulated) return void (taken && draft.drop(taken, "a simulated engine loads no model."));
      if (taken && /^ReadWrite(Once|Many)$/.test(taken.text))
        return draft.set(taken, "cluster.modelStorage.accessMode", taken.text);
      if (taken) draft.drop(taken, "a model's volume is ReadWriteOnce or ReadWriteMany here.");
      const pods = Number(at(draft.config, "llmd.decode.replicas") ?? at(draft.config, "engine.replicas") ?? 1);
      const several =
        pods > 1 ||
        Number(at(draft.config, "llmd.decode.nodes") ?? 1) > 1 ||
        at(draft.config, "llmd.prefill") !== undefined;
      if (several || at(draft.config, "cluster.storageClass") !== undefined)
        draft.assume("cluster.modelStorage.accessMode", "ReadWriteMany", "as all volumes of llm-d-benchmark were");
    },
  },
  number(["CONTROL_WAIT_TIMEOUT"], "cluster.readyTimeoutSeconds", "At most a day.", [10, 86_400]),
  flag(ROUTES, "cluster.expose", "Only where the file says so; only OpenShift has Routes."),
  flag(MONITORS, "cluster.monitoring", "Engines' metrics are kept with each run in any case."),
];

function flag(variables: readonly string[], key: string, how: string): Carrier {
  return {
    variables,
    key,
    how,
    carry: (draft) => {
      const taken = draft.first(...variables);
      if (taken && /^(1|true)$/.test(taken.text)) draft.set(taken, key, true);
      else if (taken) draft.same(taken, "the default");
    },
  };
}
