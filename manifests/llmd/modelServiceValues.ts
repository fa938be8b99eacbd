import type {
  V1Container,
  V1ContainerPort,
  V1EnvVar,
  V1ResourceRequirements,
  V1Volume,
  V1VolumeMount,
} from "@kubernetes/client-node";
import type { LlmdTarget, Scenario } from "../../scenario/scenario.ts";
import { gpuPlacement } from "../gpuPlacement.ts";
import { stayAnnotations } from "../labels.ts";
import type { ModelCache } from "../modelCache.ts";
import { modelMount, runnerServiceAccount } from "../names.ts";
import { podSecurityContext } from "../podSecurity.ts";
import { sameNodeAffinity } from "../sameNode.ts";
import { sidecarImage } from "./charts.ts";
import { modelServiceRelease } from "./llmdNames.ts";
import { behindSidecarPort, isMultiNode, poolLabels, type Role, servicePort } from "./pool.ts";
import type { RolePods } from "./vllmRole.ts";

/** What we set of the values of chart llm-d-modelservice v0.4.12. */
export interface ModelServiceValues {
  readonly fullnameOverride: string;
  readonly serviceAccountOverride: string;
  readonly multinode: boolean;
  readonly modelArtifacts: {
    readonly name: string;
    readonly uri: string;
    readonly mountPath: string;
    readonly readOnly: boolean;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly accelerator: { readonly type: "nvidia" | "cpu"; readonly resources?: { readonly nvidia: string } };
  readonly routing: {
    readonly servicePort: number;
    readonly proxy: {
      readonly enabled: boolean;
      readonly image: string;
      readonly imagePullPolicy: string;
      readonly targetPort: number;
      readonly connector: "nixlv2";
      readonly secure: boolean;
      readonly zapLogLevel: string;
    };
  };
  readonly decode: RoleValues;
  readonly prefill: RoleValues | { readonly create: false };
}

interface RoleValues {
  readonly create: true;
  readonly replicas: number;
  readonly strategy?: { readonly type: "Recreate" };
  readonly parallelism: Readonly<Record<"tensor" | "data" | "dataLocal" | "workers", number>>;
  readonly podAnnotations: Readonly<Record<string, string>>;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly unknown[];
  readonly enableServiceLinks: boolean;
  readonly terminationGracePeriodSeconds: number;
  /** Of the pod; passed through the chart's template function. */
  readonly extraConfig: Readonly<Record<string, unknown>>;
  readonly initContainers: readonly V1Container[];
  readonly containers: readonly ContainerValues[];
  readonly volumes: readonly V1Volume[];
}

export interface ContainerValues {
  readonly name: string;
  readonly image: string;
  readonly modelCommand: "vllmServe" | "custom";
  readonly command?: readonly string[];
  readonly args: readonly string[];
  /** Passed through the chart's template function, like `ports` and `extraConfig`. */
  readonly env: readonly V1EnvVar[];
  readonly ports: readonly V1ContainerPort[];
  readonly resources: V1ResourceRequirements;
  readonly mountModelVolume: boolean;
  readonly volumeMounts: readonly V1VolumeMount[];
  readonly extraConfig: Readonly<Record<string, unknown>>;
}

/** Values of a target's model service: `cache` null where its engines are simulated and load nothing. */
export function modelServiceValues(
  scenario: Scenario,
  target: LlmdTarget,
  cache: ModelCache | null,
  pods: Readonly<Record<Role, RolePods | null>>,
): ModelServiceValues {
  const { decode, prefill } = pods;
  if (decode === null) throw new Error(`target ${target.name} has no decode pods`);
  return {
    fullnameOverride: modelServiceRelease(target),
    // Our own account, which has no rights; the chart would make one per release.
    serviceAccountOverride: runnerServiceAccount,
    multinode: isMultiNode(target),
    modelArtifacts: {
      name: target.model.name,
      // Never hf://: the chart would download in each pod, at each start, and put the token into the engine's environment.
      uri: cache === null ? "pvc://none/none" : `pvc://${cache.claimName}${cache.modelPath.slice(modelMount.length)}`,
      mountPath: modelMount,
      readOnly: true,
      labels: poolLabels(scenario, target),
    },
    accelerator: accelerator(scenario, target),
    routing: {
      servicePort,
      proxy: {
        enabled: prefill !== null,
        image: sidecarImage,
        imagePullPolicy: "IfNotPresent",
        targetPort: behindSidecarPort,
        connector: "nixlv2",
        secure: false,
        // The chart's "debug" writes several lines per request.
        zapLogLevel: "info",
      },
    },
    decode: roleValues(scenario, target, "decode", decode),
    prefill: prefill === null ? { create: false } : roleValues(scenario, target, "prefill", prefill),
  };
}

/** The chart counts the GPUs itself, by the parallelism; a MIG slice of strategy "mixed" is a resource of its own name. */
function accelerator(scenario: Scenario, target: LlmdTarget): ModelServiceValues["accelerator"] {
  if (target.llmd.simulator !== null) return { type: "cpu" };
  const [resource, ...others] = Object.keys(gpuPlacement(scenario, target).resources);
  if (resource === undefined || others.length > 0) throw new Error(`gpu ${target.gpu.name} is not one resource`);
  return { type: "nvidia", resources: { nvidia: resource } };
}

function roleValues(scenario: Scenario, target: LlmdTarget, role: Role, pods: RolePods): RoleValues {
  const settings = target.llmd[role];
  if (settings === null) throw new Error(`target ${target.name} has no ${role} pods`);
  const { replicas, tensorParallel, dataParallel, nodes } = settings;
  const { nodeSelector, tolerations } =
    target.llmd.simulator === null ? gpuPlacement(scenario, target) : { nodeSelector: {}, tolerations: [] };
  const values: RoleValues = {
    create: true,
    replicas,
    // RollingUpdate would start the new pod first, which waits for ever for the GPU that the old one holds.
    ...(isMultiNode(target) ? {} : { strategy: { type: "Recreate" } }),
    // All four: the chart's own 1 for what is left out contradicts the rest.
    parallelism: { tensor: tensorParallel, data: dataParallel, dataLocal: dataParallel / nodes, workers: nodes },
    podAnnotations: { ...stayAnnotations },
    // Not acceleratorTypes: that is one label, a partition on GKE is two, and its affinity would collide with ours.
    nodeSelector: { ...nodeSelector },
    tolerations: tolerations.map((toleration) => ({ ...toleration })),
    // Kubernetes would add a variable per Service, and vLLM reads variables named VLLM_*.
    enableServiceLinks: false,
    terminationGracePeriodSeconds: target.llmd.simulator === null ? 30 : 5,
    extraConfig: {
      automountServiceAccountToken: false,
      securityContext: podSecurityContext(scenario),
      ...(target.llmd.simulator === null ? sameNodeAffinity(scenario, target) : {}),
    },
    initContainers: pods.initContainers,
    containers: [pods.container],
    volumes: pods.volumes,
  };
  refuseTemplates(target, [values.extraConfig, pods.container.env, pods.container.ports, pods.container.extraConfig]);
  return values;
}

/** The chart would run these as templates, with all that a template may read of the cluster. None of them is the user's text. */
function refuseTemplates(target: LlmdTarget, templated: readonly unknown[]): void {
  if (JSON.stringify(templated).includes("{{"))
    throw new Error(`target ${target.name}: a value of chart llm-d-modelservice holds "{{", which the chart would run`);
}
