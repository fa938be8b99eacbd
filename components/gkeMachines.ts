import { findGpu, type Gpu } from "../scenario/gpus.ts";

/** A machine type of Compute Engine that comes with GPUs. */
export interface GkeMachine {
  readonly machineType: string;
  /** Cards; a card cut into MIG slices counts once. */
  readonly gpus: number;
  /** Disks of 375 GiB that come with the machine, whether one wants them or not. */
  readonly localSsds: number;
  /** Can it be had at any time? If not, only as Spot or Flex-start VM. */
  readonly onDemand: boolean;
}

/*
 * Compute Engine: "GPU machine types", with the note that a3-highgpu-1g, -2g and -4g exist as Spot and Flex-start VMs only.
 * a2-megagpu-16g is left out: no engine setting of ours spreads one replica over 16 cards.
 */
const machines: Readonly<Record<string, readonly GkeMachine[]>> = {
  "a100-40": [1, 2, 4, 8].map((gpus) => machine(`a2-highgpu-${gpus}g`, gpus, { localSsds: 0, onDemand: true })),
  "a100-80": [1, 2, 4, 8].map((gpus) => machine(`a2-ultragpu-${gpus}g`, gpus, { localSsds: gpus, onDemand: true })),
  "h100-80": [1, 2, 4, 8].map((gpus) =>
    machine(`a3-highgpu-${gpus}g`, gpus, { localSsds: 2 * gpus, onDemand: gpus === 8 }),
  ),
  "h200-141": [machine("a3-ultragpu-8g", 8, { localSsds: 32, onDemand: false })],
};

/** Machines for a GPU or MIG slice, by number of cards; none where GKE has no such GPU. */
export function gkeMachines(gpu: Gpu): readonly GkeMachine[] {
  if (gpu.labels.gke === null) return [];
  return machines[cardOf(gpu).name] ?? [];
}

/** The card itself, or the one that a slice is cut from. */
export function cardOf(gpu: Gpu): Gpu {
  return gpu.mig === null ? gpu : (findGpu(gpu.mig.parent) as Gpu);
}

function machine(
  machineType: string,
  gpus: number,
  rest: { readonly localSsds: number; readonly onDemand: boolean },
): GkeMachine {
  return { machineType, gpus, ...rest };
}
