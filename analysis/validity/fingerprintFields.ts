import type { Run } from "../run.ts";
import { recordedTarget } from "../systemIdentity.ts";
import type { Finding } from "./validity.ts";

/** One thing that should be the same in all repetitions of a system. */
export interface FingerprintField {
  readonly name: string;
  readonly severity: Finding["severity"];
  /** Short enough to be printed. */
  readonly shown: boolean;
  /** null: not known of this run; then it says nothing against the others. */
  readonly of: (run: Run) => string | null;
}

/** Of the cluster, or of this machine. */
const machine =
  (key: string) =>
  ({ provenance }: Run): string | null => {
    const value = provenance.machine[key];
    return value === undefined ? null : String(value);
  };

const target =
  (of: (target: DeployedParts) => unknown) =>
  (run: Run): string | null => {
    const recorded = recordedTarget(run);
    return recorded === null ? null : text(of(recorded as DeployedParts));
  };

/** As they were recorded, perhaps by another version of this project. */
type DeployedParts = Readonly<Partial<Record<"method" | "gpuCount", unknown>>> & {
  readonly model?: { readonly name?: unknown; readonly revision?: unknown };
  readonly gpu?: { readonly name?: unknown } | null;
  readonly engine?: unknown;
  readonly llmd?: unknown;
  readonly simulator?: unknown;
};

export const fingerprintFields: readonly FingerprintField[] = [
  invalid("whether the engine was simulated", ({ simulated }) => String(simulated)),
  invalid(
    "the model",
    target(({ model }) => model?.name),
  ),
  invalid("the served model's name", ({ plan }) => plan?.target.model ?? null),
  invalid(
    "the model's revision",
    target(({ model }) => model?.revision),
  ),
  invalid(
    "how the engine is deployed",
    target(({ method }) => method),
  ),
  invalid("the GPU", machine("gpu")),
  invalid(
    "the GPU that was asked for",
    target(({ gpu }) => gpu?.name),
  ),
  invalid(
    "the number of GPUs",
    target(({ gpuCount }) => gpuCount),
  ),
  invalid("the GPU's driver", machine("driver")),
  invalid("the engine's image", machine("engineImage")),
  {
    ...invalid(
      "the engine's settings",
      target(({ engine }) => engine),
    ),
    shown: false,
  },
  {
    ...invalid(
      "llm-d's settings",
      target(({ llmd }) => llmd),
    ),
    shown: false,
  },
  {
    ...invalid(
      "the simulated engine's settings",
      target(({ simulator }) => simulator),
    ),
    shown: false,
  },
  { ...invalid("prompts or request parameters", workload), shown: false },
  invalid("the harness's version", (run) => run.harnessVersion ?? run.provenance.harness?.harnessVersion ?? null),
  suspect("the machine type", machine("instanceType")),
  suspect("the CPU", machine("cpu")),
  suspect("the number of CPUs", machine("cpus")),
  // Each repetition has prompts of its own, one seed further: equal ones would meet a warm prefix cache.
  suspect("how seeds follow from the repetition", ({ plan, repetition }) => plan && String(plan.seed - repetition)),
  note("the engine's node", machine("engineNode")),
  note("the load generator's node", machine("harnessNode")),
  note("the load generator's Node.js", ({ provenance }) => provenance.harness?.node ?? null),
  note("the commit of this project", ({ provenance }) => provenance.versions.commit ?? null),
];

function workload({ plan }: Run): string | null {
  if (plan === null) return null;
  const { api, stream, ignoreEos, extraBody, data, warmup } = plan;
  return text({ api, stream, ignoreEos, extraBody, data, warmup });
}

function text(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === "string" ? value : JSON.stringify(value);
}

function invalid(name: string, of: FingerprintField["of"]): FingerprintField {
  return { name, severity: "invalid", shown: true, of };
}

function suspect(name: string, of: FingerprintField["of"]): FingerprintField {
  return { name, severity: "suspect", shown: true, of };
}

function note(name: string, of: FingerprintField["of"]): FingerprintField {
  return { name, severity: "note", shown: true, of };
}
