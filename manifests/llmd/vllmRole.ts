import type { V1Container, V1EnvVar, V1Volume } from "@kubernetes/client-node";
import { engineOfRole } from "../../scenario/llmdRoles.ts";
import type { LlmdTarget, Scenario } from "../../scenario/scenario.ts";
import { gpuPlacement } from "../gpuPlacement.ts";
import type { ModelCache } from "../modelCache.ts";
import { containerSecurityContext } from "../podSecurity.ts";
import { vllmSettings } from "../vllmArguments.ts";
import { vllmEnvironment, vllmProbes, waitForModel } from "../vllmDeployment.ts";
import type { ContainerValues } from "./modelServiceValues.ts";
import { enginePortOf, type Role } from "./pool.ts";

/** The chart's name for the volume with the model. */
const modelVolume = "model-storage";
/** Where NIXL's agents of the two roles find each other; vLLM's own default, plus the rank with data parallelism. */
const sideChannelPort = "5600";
/** Where ranks of one replica on several nodes meet: on its leader. */
const ranksPort = "5555";

/** vLLM in the pods of one role. */
export interface RolePods {
  readonly container: ContainerValues;
  readonly initContainers: readonly V1Container[];
  readonly volumes: readonly V1Volume[];
}

export function vllmRole(scenario: Scenario, target: LlmdTarget, role: Role, cache: ModelCache): RolePods {
  const { engine } = engineOfRole(target, role);
  const placement = gpuPlacement(scenario, target);
  const port = enginePortOf(target, role);
  // The accelerator's own line comes from the chart, by the parallelism.
  const resources = { cpu: String(engine.cpu), memory: engine.memory };
  return {
    container: {
      name: "engine",
      image: engine.image,
      ...command(target, role, cache, port),
      env: [
        ...vllmEnvironment(scenario, { ...target, engine }, placement),
        ...(target.llmd.prefill === null ? [] : transferEnv()),
      ],
      ports: [{ name: "metrics", containerPort: port, protocol: "TCP" }],
      resources: { requests: resources, limits: resources },
      mountModelVolume: true,
      volumeMounts: [
        { name: "shm", mountPath: "/dev/shm" },
        { name: "tmp", mountPath: "/tmp" },
      ],
      extraConfig: {
        ...vllmProbes(scenario, port),
        securityContext: containerSecurityContext({ readOnlyRoot: false }),
        terminationMessagePolicy: "FallbackToLogsOnError",
      },
    },
    initContainers: [waitForModel(scenario, target, cache, modelVolume)],
    volumes: [
      { name: "shm", emptyDir: { medium: "Memory", sizeLimit: engine.sharedMemory } },
      { name: "tmp", emptyDir: { sizeLimit: "20Gi" } },
    ],
  };
}

/**
 * `vllmServe`: the chart writes the command, the model's path, --port, --served-model-name and the sizes of parallelism that
 * are more than 1. On several nodes it knows the sizes but not the addresses, so there the command is ours.
 */
function command(
  target: LlmdTarget,
  role: Role,
  cache: ModelCache,
  port: number,
): Pick<ContainerValues, "modelCommand" | "command" | "args"> {
  const settings = target.llmd[role];
  const { engine } = engineOfRole(target, role);
  if (settings === null) throw new Error(`target ${target.name} has no ${role} pods`);
  const transfer = target.llmd.prefill === null ? [] : transferArguments;
  const args = [...transfer, ...vllmSettings({ ...target, engine }, cache.modelPath)];
  const host = ["--host", "0.0.0.0"];
  if (settings.nodes === 1) {
    const tensorParallel = settings.tensorParallel === 1 ? ["--tensor-parallel-size", "1"] : [];
    return { modelCommand: "vllmServe", args: [...host, ...tensorParallel, ...args] };
  }
  return {
    modelCommand: "custom",
    // The leader's address and the pod's number come from LeaderWorkerSet's controller; arguments cannot multiply.
    command: ["sh", "-c", multiNodeScript, "vllm"],
    args: [
      cache.modelPath,
      ...["--served-model-name", target.model.name],
      ...host,
      ...["--port", String(port)],
      ...["--tensor-parallel-size", String(settings.tensorParallel)],
      ...["--data-parallel-size", String(settings.dataParallel)],
      ...["--data-parallel-size-local", String(settings.dataParallel / settings.nodes)],
      ...["--data-parallel-rpc-port", ranksPort],
      // Each pod takes requests in for its own ranks, and the router chooses among the pods.
      "--data-parallel-hybrid-lb",
      ...args,
    ],
  };
}

const multiNodeScript =
  'exec vllm serve "$@" --data-parallel-address "$LWS_LEADER_ADDRESS" --data-parallel-start-rank $((LWS_WORKER_INDEX * DP_SIZE_LOCAL))';

/**
 * Both roles may send and receive. A block that does not arrive fails its request: by recomputing it the decode pod would do
 * the prefill pod's work, and the measurement would not show it.
 */
const transferArguments = [
  "--kv-transfer-config",
  JSON.stringify({ kv_connector: "NixlConnector", kv_role: "kv_both", kv_load_failure_policy: "fail" }),
];

function transferEnv(): V1EnvVar[] {
  return [
    // The other role's pods connect to this address; the default is localhost.
    { name: "VLLM_NIXL_SIDE_CHANNEL_HOST", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
    { name: "VLLM_NIXL_SIDE_CHANNEL_PORT", value: sideChannelPort },
    // Without InfiniBand: the pods ask for no such device.
    { name: "UCX_TLS", value: "sm,cuda_ipc,cuda_copy,tcp" },
  ];
}
