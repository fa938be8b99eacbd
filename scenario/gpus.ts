/** One GPU, or one MIG slice of a GPU, as an engine sees it. */
export interface Gpu {
  readonly name: string;
  readonly family: "A100" | "H100" | "H200" | "L40" | "L40S";
  /** GiB that CUDA reports as total: less than the name says, and what gpu-memory-utilization is a share of. */
  readonly memoryGiB: number;
  /** Peak, in 10^9 bytes/s. */
  readonly bandwidthGBs: number;
  /** Dense (no sparsity), in 10^12 operations/s. */
  readonly bf16Tflops: number;
  /** null: no FP8 units; FP8 weights still save memory there but compute in BF16. */
  readonly fp8Tflops: number | null;
  /** Between GPUs of one node, per direction; null for MIG slices, which cannot talk to each other. */
  readonly link: { readonly name: "NVLink" | "PCIe"; readonly GBs: number; readonly allReduceMicros: number } | null;
  readonly mig: { readonly profile: string; readonly parent: string } | null;
  /** Node labels that select it. null: the platform has no such GPU. */
  readonly labels: { readonly gke: GkeLabels | null; readonly gfd: string };
}

export interface GkeLabels {
  readonly accelerator: string;
  readonly partition: string | null;
}

/*
 * Memory: total_memory of vLLM start-up logs and torch (H100 79.19: llm-d-planner accuracy logs of vLLM 0.19; A100 79.15 and 39.39,
 * L40S 44.40: torch.cuda device properties; H200: from no log, nvidia-smi's 143771 MiB less the share that CUDA keeps of an H100). Bandwidth and dense FLOPs: NVIDIA data sheets (A100, H100 and H200 SXM; L40; L40S; the sheets'
 * headline numbers of H100, L40 and L40S are with sparsity, halved here). Labels: GKE accelerator types, and nvidia.com/gpu.product as
 * GPU feature discovery writes it. GCE has no machine type with an L40 or L40S.
 */
const NVLINK_A100 = { name: "NVLink", GBs: 300, allReduceMicros: 9 } as const;
const NVLINK_H100 = { name: "NVLink", GBs: 450, allReduceMicros: 7 } as const;
const PCIE_4 = { name: "PCIe", GBs: 32, allReduceMicros: 25 } as const;

// biome-ignore format: one line per kind of fact
const whole: readonly Gpu[] = [
  {
    name: "a100-40", family: "A100", memoryGiB: 39.39, bandwidthGBs: 1555, bf16Tflops: 312, fp8Tflops: null,
    link: NVLINK_A100, mig: null,
    labels: { gke: { accelerator: "nvidia-tesla-a100", partition: null }, gfd: "NVIDIA-A100-SXM4-40GB" },
  },
  {
    name: "a100-80", family: "A100", memoryGiB: 79.15, bandwidthGBs: 2039, bf16Tflops: 312, fp8Tflops: null,
    link: NVLINK_A100, mig: null,
    labels: { gke: { accelerator: "nvidia-a100-80gb", partition: null }, gfd: "NVIDIA-A100-SXM4-80GB" },
  },
  {
    name: "h100-80", family: "H100", memoryGiB: 79.19, bandwidthGBs: 3350, bf16Tflops: 989.4, fp8Tflops: 1978.9,
    link: NVLINK_H100, mig: null,
    labels: { gke: { accelerator: "nvidia-h100-80gb", partition: null }, gfd: "NVIDIA-H100-80GB-HBM3" },
  },
  {
    name: "h200-141", family: "H200", memoryGiB: 139.6, bandwidthGBs: 4800, bf16Tflops: 989.4, fp8Tflops: 1978.9,
    link: NVLINK_H100, mig: null,
    labels: { gke: { accelerator: "nvidia-h200-141gb", partition: null }, gfd: "NVIDIA-H200" },
  },
  {
    name: "l40", family: "L40", memoryGiB: 44.4, bandwidthGBs: 864, bf16Tflops: 181.05, fp8Tflops: 362.1,
    link: PCIE_4, mig: null,
    labels: { gke: null, gfd: "NVIDIA-L40" },
  },
  {
    name: "l40s", family: "L40S", memoryGiB: 44.4, bandwidthGBs: 864, bf16Tflops: 362.05, fp8Tflops: 733,
    link: PCIE_4, mig: null,
    labels: { gke: null, gfd: "NVIDIA-L40S" },
  },
];

interface MigProfile {
  readonly profile: string;
  readonly memoryGiB: number;
  /** Of 8; the bandwidth of a slice is this share of the whole. */
  readonly memorySlices: number;
  readonly multiprocessors: number;
  readonly onGke: boolean;
}

/*
 * NVIDIA MIG user guide, `nvidia-smi mig -lgip`: memory and multiprocessors (SMs) per profile. A slice's SM count is not a clean
 * seventh (H100: 132 SMs, 16 per slice, 60 for 3g). GKE offers the partition sizes marked onGke (GKE: "Running multi-instance GPUs").
 */
const migProfiles: Readonly<
  Record<string, { readonly multiprocessors: number; readonly profiles: readonly MigProfile[] }>
> = {
  "a100-40": {
    multiprocessors: 108,
    profiles: [
      { profile: "1g.5gb", memoryGiB: 4.75, memorySlices: 1, multiprocessors: 14, onGke: true },
      { profile: "2g.10gb", memoryGiB: 9.75, memorySlices: 2, multiprocessors: 28, onGke: true },
      { profile: "3g.20gb", memoryGiB: 19.62, memorySlices: 4, multiprocessors: 42, onGke: true },
      { profile: "4g.20gb", memoryGiB: 19.62, memorySlices: 4, multiprocessors: 56, onGke: false },
      { profile: "7g.40gb", memoryGiB: 39.39, memorySlices: 8, multiprocessors: 98, onGke: true },
    ],
  },
  "a100-80": {
    multiprocessors: 108,
    profiles: [
      { profile: "1g.10gb", memoryGiB: 9.5, memorySlices: 1, multiprocessors: 14, onGke: true },
      { profile: "1g.20gb", memoryGiB: 19.5, memorySlices: 2, multiprocessors: 14, onGke: false },
      { profile: "2g.20gb", memoryGiB: 19.5, memorySlices: 2, multiprocessors: 28, onGke: true },
      { profile: "3g.40gb", memoryGiB: 39.25, memorySlices: 4, multiprocessors: 42, onGke: true },
      { profile: "4g.40gb", memoryGiB: 39.25, memorySlices: 4, multiprocessors: 56, onGke: false },
      { profile: "7g.80gb", memoryGiB: 78.75, memorySlices: 8, multiprocessors: 98, onGke: true },
    ],
  },
  "h100-80": {
    multiprocessors: 132,
    profiles: [
      { profile: "1g.10gb", memoryGiB: 9.75, memorySlices: 1, multiprocessors: 16, onGke: true },
      { profile: "1g.20gb", memoryGiB: 19.62, memorySlices: 2, multiprocessors: 16, onGke: true },
      { profile: "2g.20gb", memoryGiB: 19.62, memorySlices: 2, multiprocessors: 32, onGke: true },
      { profile: "3g.40gb", memoryGiB: 39.38, memorySlices: 4, multiprocessors: 60, onGke: true },
      { profile: "4g.40gb", memoryGiB: 39.38, memorySlices: 4, multiprocessors: 64, onGke: false },
      { profile: "7g.80gb", memoryGiB: 79.15, memorySlices: 8, multiprocessors: 132, onGke: true },
    ],
  },
};

function slice(
  parent: Gpu,
  smCount: number,
  { profile, memoryGiB, memorySlices, multiprocessors, onGke }: MigProfile,
): Gpu {
  const compute = multiprocessors / smCount;
  return {
    name: `${parent.name}-mig-${profile}`,
    family: parent.family,
    memoryGiB,
    bandwidthGBs: (parent.bandwidthGBs * memorySlices) / 8,
    bf16Tflops: parent.bf16Tflops * compute,
    fp8Tflops: parent.fp8Tflops === null ? null : parent.fp8Tflops * compute,
    link: null,
    mig: { profile, parent: parent.name },
    labels: {
      gke: onGke && parent.labels.gke ? { accelerator: parent.labels.gke.accelerator, partition: profile } : null,
      gfd: `${parent.labels.gfd}-MIG-${profile}`,
    },
  };
}

export const gpus: readonly Gpu[] = whole.flatMap((gpu) => {
  const mig = migProfiles[gpu.name];
  return mig ? [gpu, ...mig.profiles.map((profile) => slice(gpu, mig.multiprocessors, profile))] : [gpu];
});

export function findGpu(name: string): Gpu | undefined {
  return gpus.find((gpu) => gpu.name === name);
}
