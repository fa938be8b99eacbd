import type { LlmdTarget, Scenario } from "../../scenario/scenario.ts";
import { endpointPickerImage } from "./charts.ts";
import { poolLabels, servicePort } from "./pool.ts";
import { openMetrics, pickerResources, pluginsOf, providerName } from "./routerParts.ts";

/** What we set of the values of GAIE's charts v1.5.0 for the endpoint picker. */
export interface InferenceExtensionValues {
  readonly replicas: number;
  readonly image: typeof endpointPickerImage & { readonly pullPolicy: string };
  readonly pluginsConfigFile: string;
  readonly pluginsCustomConfig: Readonly<Record<string, string>>;
  readonly flags: { readonly v: number };
  readonly resources: ReturnType<typeof pickerResources>;
  readonly monitoring: typeof openMetrics;
}

export function inferenceExtensionValues(target: LlmdTarget): InferenceExtensionValues {
  return {
    // One: its prefix index and its counts of requests are its own.
    replicas: 1,
    image: { ...endpointPickerImage, pullPolicy: "IfNotPresent" },
    ...pluginsOf(target),
    flags: { v: 1 },
    resources: pickerResources(target),
    monitoring: openMetrics,
  };
}

/** Values of chart inferencepool: the pool and its picker, behind a gateway. Its HTTPRoute knows no prefix, so ours stands in for it. */
export function inferencePoolValues(scenario: Scenario, target: LlmdTarget) {
  return {
    inferenceExtension: inferenceExtensionValues(target),
    inferencePool: {
      targetPorts: [{ number: servicePort }],
      modelServerType: "vllm",
      modelServerProtocol: "http",
      modelServers: { matchLabels: poolLabels(scenario, target) },
    },
    provider: { name: providerName(target) },
    experimentalHttpRoute: { enabled: false },
  };
}
