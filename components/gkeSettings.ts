import { z } from "zod";
import { gpuNames, gpusOf } from "../scenario/availability.ts";
import { findGpu, type Gpu } from "../scenario/gpus.ts";
import { nearest } from "../scenario/nearest.ts";
import { checkShape, pathText } from "../scenario/schemaProblems.ts";
import { ScenarioError, UserError } from "../scenario/userError.ts";
import { type GkeMachine, gkeMachines } from "./gkeMachines.ts";

/** What a stack of the project gke-cluster says, after defaults and checks. */
export interface GkeSettings {
  readonly project: string;
  readonly zone: string;
  /** Of the zone: one setting cannot put cluster and network into two places. */
  readonly region: string;
  readonly name: string;
  readonly gpu: Gpu;
  readonly machine: GkeMachine;
  readonly provisioning: "on-demand" | "spot" | "flex-start";
  readonly minNodes: number;
  readonly maxNodes: number;
  readonly cpuMachineType: string;
  readonly gpuDriver: "default" | "latest";
  /** GKE leaves nodes alone: it neither upgrades nor repairs them. */
  readonly campaign: boolean;
  readonly network: string;
  /** null: the network's own one in the region. */
  readonly subnetwork: string | null;
  /** Kubernetes ServiceAccount that may act as a Google service account; null: none. */
  readonly workloadIdentity: WorkloadIdentity | null;
}

export interface WorkloadIdentity {
  /** E-mail of the Google service account. */
  readonly googleServiceAccount: string;
  readonly namespace: string;
  readonly serviceAccount: string;
}

export const gkeProject = "llm-bench-gke-cluster";

const text = (title: string, pattern: RegExp) => z.string().regex(pattern).meta({ title });
const nodes = z.int().min(0).max(100);

const schema = z.strictObject({
  project: text("the id of a Google Cloud project", /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/),
  zone: text("a zone such as us-central1-a", /^[a-z]+-[a-z]+\d+-[a-z]$/),
  name: text(
    "6 to 22 lower-case letters, digits and dashes, beginning with a letter",
    /^[a-z][a-z0-9-]{4,20}[a-z0-9]$/,
  ).default("llm-bench"),
  gpu: z.string().min(1).meta({ title: "the name of a GPU such as h100-80" }),
  gpusPerNode: z.int().min(1).max(8).default(1),
  provisioning: z.enum(["on-demand", "spot", "flex-start"]).default("on-demand"),
  minNodes: nodes.default(0),
  maxNodes: nodes.min(1).default(1),
  cpuMachineType: text("a machine type such as c3-standard-22", /^[a-z]\w*(-[a-z0-9]+)+$/).default("c3-standard-22"),
  gpuDriver: z.enum(["default", "latest"]).default("latest"),
  campaign: z.boolean().default(true),
  network: z.string().min(1).meta({ title: "the name of a VPC network" }).default("default"),
  subnetwork: z.string().min(1).optional(),
  workloadIdentity: text(
    "the e-mail of a Google service account",
    /^[^@\s]+@[^@\s]+\.iam\.gserviceaccount\.com$/,
  ).optional(),
  workloadIdentityFor: text("namespace/ServiceAccount", /^[a-z0-9-]{1,63}\/[a-z0-9.-]{1,253}$/).default(
    "llmdbench/llmdbench-runner",
  ),
});
type Config = z.output<typeof schema>;

/**
 * Reads a stack of the project gke-cluster. @param allConfig as `pulumi.runtime.allConfig()` gives it: all text, empty
 * where a key was not given.  @throws ScenarioError with one line per mistake
 */
export function gkeSettings(allConfig: Readonly<Record<string, string>>, stack: string): GkeSettings {
  const file = `gke-cluster/Pulumi.${stack}.yaml`;
  const locate = (path: readonly PropertyKey[]) => ({ file, key: pathText(path) });
  const checked = checkShape(schema, valuesOf(allConfig), { locate, place: "under config" });
  if ("problems" in checked) throw new ScenarioError(checked.problems);
  const config = checked.value;
  const gpu = gpuOf(config, file);
  const machine = machineOf(config, gpu, file);
  checkNodes(config, file);
  const [namespace, serviceAccount] = config.workloadIdentityFor.split("/") as [string, string];
  const { gpu: _gpu, gpusPerNode: _perNode, workloadIdentityFor: _for, ...plain } = config;
  return {
    ...plain,
    region: config.zone.replace(/-[a-z]$/, ""),
    gpu,
    machine,
    subnetwork: config.subnetwork ?? null,
    workloadIdentity: config.workloadIdentity
      ? { googleServiceAccount: config.workloadIdentity, namespace, serviceAccount }
      : null,
  };
}

function valuesOf(allConfig: Readonly<Record<string, string>>): Record<string, unknown> {
  const numbers = new Set(["gpusPerNode", "minNodes", "maxNodes"]);
  const typed = (key: string, value: string): unknown => {
    if (numbers.has(key) && /^\d+$/.test(value)) return Number(value);
    return key === "campaign" && /^(true|false)$/.test(value) ? value === "true" : value;
  };
  return Object.fromEntries(
    Object.entries(allConfig)
      .filter(([key, value]) => key.startsWith(`${gkeProject}:`) && value !== "")
      .map(([qualified, value]) => {
        const key = qualified.slice(gkeProject.length + 1);
        return [key, typed(key, value)];
      }),
  );
}

function gpuOf({ gpu: value }: Config, file: string): Gpu {
  const offered = gpusOf("gke");
  const gpu = findGpu(value);
  if (gpu && offered.includes(gpu)) return gpu;
  const names = offered.map(({ name }) => name);
  const meant = gpu ? null : nearest(value, names);
  throw new UserError({
    key: "gpu",
    value,
    reason: gpu ? "GKE has no machine with it" : "no such GPU is known",
    allowed: gpuNames(offered),
    file,
    next: meant ? `Did you mean "${meant}"?` : "Choose one of these.",
  });
}

function machineOf({ gpusPerNode, provisioning }: Config, gpu: Gpu, file: string): GkeMachine {
  const machines = gkeMachines(gpu);
  const machine = machines.find(({ gpus }) => gpus === gpusPerNode);
  if (machine === undefined) {
    throw new UserError({
      key: "gpusPerNode",
      value: gpusPerNode,
      reason: `GKE has no machine with so many ${gpu.name}`,
      allowed: machines.map(({ gpus }) => gpus).join(", "),
      file,
      next: "Choose one of these.",
    });
  }
  if (machine.onDemand || provisioning !== "on-demand") return machine;
  const large = machines.find(({ onDemand }) => onDemand);
  throw new UserError({
    key: "provisioning",
    value: provisioning,
    reason: `${machine.machineType} exists as Spot and Flex-start VM only`,
    allowed: "spot, flex-start",
    file,
    next: large
      ? `Choose one of these, or gpusPerNode: ${large.gpus} (a whole ${large.machineType}).`
      : "Choose one of these.",
  });
}

function checkNodes({ minNodes, maxNodes, provisioning, campaign }: Config, file: string): void {
  if (minNodes > maxNodes) {
    throw new UserError({
      key: "minNodes",
      value: minNodes,
      reason: `it is above maxNodes (${maxNodes})`,
      allowed: `0 to ${maxNodes}`,
      file,
      next: "Lower it, or raise maxNodes.",
    });
  }
  if (provisioning === "flex-start" && !campaign) {
    throw new UserError({
      key: "campaign",
      value: campaign,
      reason: "GKE takes Flex-start nodes only where it is not to repair them",
      allowed: "true",
      file,
      next: "Leave campaign out, or choose another provisioning.",
    });
  }
}
