import { fingerprint } from "../../scenario/runId.ts";
import type { Target } from "../../scenario/scenario.ts";
import type { Run } from "../run.ts";
import { recordedTarget } from "../systemIdentity.ts";
import type { GenericComponent, InferenceEngine, ReportComponent } from "./reportDocument.ts";

type DeployedTarget = Exclude<Target, { readonly method: "existing" }>;

/**
 * The engine as the recorded scenario tells it; null where there is no scenario and no plan. An engine that others
 * deployed, or of which the record lacks something, is a generic component: the model's own kind requires accelerator and
 * parallelism, and nobody told us.
 */
export function reportStack(run: Run): ReportComponent | null {
  const target = recordedTarget(run);
  const model = run.plan?.target.model;
  if (target === null && model === undefined) return null;
  const engine = target === null || target.method === "existing" ? null : engineOf(run, target);
  const config = target === null ? { model } : target.method === "existing" ? existing(target) : settings(target);
  return {
    metadata: {
      schema_version: "0.0.1",
      label: run.target,
      cfg_id: fingerprint(JSON.parse(JSON.stringify(config))),
      ...(run.simulated ? { description: simulationText(run) } : {}),
    },
    standardized: engine ?? generic(run, target, model),
    native: { config },
  };
}

function engineOf(run: Run, { engine, model, gpu, gpuCount }: DeployedTarget): InferenceEngine | null {
  if (engine === undefined || model === undefined || gpu === undefined) return null;
  if (!Number.isInteger(gpuCount) || !Number.isInteger(engine.tensorParallel)) return null;
  // What the node said counts for more than what was asked for, where a node was there at all.
  const measured = run.simulated ? undefined : run.provenance.machine.gpu;
  const accelerator = measured ?? gpu.labels?.gfd ?? gpu.name;
  return {
    kind: "inference_engine",
    ...toolOf(run, engine.image),
    role: "replica",
    replicas: engine.replicas ?? 1,
    model: { name: model.name },
    accelerator: {
      model: run.simulated ? `SIMULATED ${accelerator}` : String(accelerator),
      count: gpuCount,
      parallelism: { tp: engine.tensorParallel },
    },
  };
}

function generic(run: Run, target: Target | null, planned: string | undefined): GenericComponent {
  const model = target?.method === "existing" ? target.servedModel : (target?.model?.name ?? planned);
  const gpu = target?.gpu?.name;
  const gpuCount = target?.gpuCount;
  return {
    kind: "generic",
    ...toolOf(run, "unknown"),
    ...(model === undefined ? {} : { model: { name: model } }),
    ...(gpu === undefined ? {} : { accelerator: { model: gpu, ...(gpuCount == null ? {} : { count: gpuCount }) } }),
  };
}

function toolOf(run: Run, image: string): { tool: string; tool_version: string } {
  if (run.simulated) {
    return { tool: "llm-bench-simulator", tool_version: run.provenance.versions["llm-bench"] ?? "unknown" };
  }
  const told = run.provenance.machine.engineImage ?? image;
  return { tool: image === "unknown" ? "unknown" : "vllm", tool_version: String(told) };
}

function simulationText({ provenance }: Run): string {
  const speed = provenance.simulation?.speed ?? 1;
  const hurried = speed === 1 ? "" : ` Simulated time ran ${speed} times as fast as real time.`;
  return `SIMULATED: a model of an engine's timing answered, no accelerator took part.${hurried}`;
}

/** Settings under vLLM's names; never an address or a key. */
function settings(target: DeployedTarget): object {
  const { method, engine, gpuCount } = target;
  return {
    method,
    engine,
    gpuCount,
    gpu: target.gpu?.name,
    model: target.model?.name,
    ...(target.method === "simulated" ? { simulator: target.simulator } : {}),
  };
}

function existing({ servedModel, gpu, gpuCount }: Extract<Target, { readonly method: "existing" }>): object {
  return { method: "existing", servedModel, gpu: gpu?.name ?? null, gpuCount };
}
