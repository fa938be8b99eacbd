import type { RoleSettings } from "../../scenario/llmd.ts";
import { fingerprint } from "../../scenario/runId.ts";
import type { Target } from "../../scenario/scenario.ts";
import type { Run } from "../run.ts";
import { recordedTarget } from "../systemIdentity.ts";
import type { GenericComponent, InferenceEngine, ReportComponent } from "./reportDocument.ts";

type DeployedTarget = Exclude<Target, { readonly method: "existing" }>;

/**
 * The engine as the recorded scenario tells it, or the engines of each role; none where there is no scenario and no plan. An
 * engine that others deployed, or of which the record lacks something, is a generic component: the model's own kind requires
 * accelerator and parallelism, and nobody told us.
 */
export function reportStack(run: Run): ReportComponent[] {
  const target = recordedTarget(run);
  const model = run.plan?.target.model;
  if (target === null && model === undefined) return [];
  const engines = target === null || target.method === "existing" ? [] : enginesOf(run, target);
  const config = target === null ? { model } : target.method === "existing" ? existing(target) : settings(target);
  const components = engines.length > 0 ? engines : [generic(run, target, model)];
  return components.map((standardized) => ({
    metadata: {
      schema_version: "0.0.1",
      label: components.length > 1 ? `${run.target}-${standardized.role}` : run.target,
      cfg_id: fingerprint(JSON.parse(JSON.stringify(config))),
      ...(run.simulated ? { description: simulationText(run) } : {}),
    },
    standardized,
    native: { config },
  }));
}

function enginesOf(run: Run, target: DeployedTarget): InferenceEngine[] {
  const { engine, model, gpu, gpuCount } = target;
  if (engine === undefined || model === undefined || gpu === undefined) return [];
  if (!Number.isInteger(gpuCount) || !Number.isInteger(engine.tensorParallel)) return [];
  // What the node said counts for more than what was asked for, where a node was there at all.
  const measured = run.simulated ? undefined : run.provenance.machine.gpu;
  const accelerator = measured ?? gpu.labels?.gfd ?? gpu.name;
  const name = run.simulated ? `SIMULATED ${accelerator}` : String(accelerator);
  const common = { kind: "inference_engine", ...toolOf(run, engine.image), model: { name: model.name } } as const;
  if (target.method !== "llm-d" || target.llmd === undefined) {
    const hardware = { model: name, count: gpuCount, parallelism: { tp: engine.tensorParallel } };
    return [{ ...common, role: "replica", replicas: engine.replicas ?? 1, accelerator: hardware }];
  }
  const { decode, prefill } = target.llmd;
  const engineOf = (role: InferenceEngine["role"], settings: RoleSettings): InferenceEngine => {
    const { replicas, tensorParallel: tp, dataParallel: dp, nodes, gpusPerPod } = settings;
    const parallelism = { tp, dp, dp_local: dp / nodes, workers: nodes };
    return { ...common, role, replicas, accelerator: { model: name, count: nodes * gpusPerPod, parallelism } };
  };
  return prefill ? [engineOf("decode", decode), engineOf("prefill", prefill)] : [engineOf("replica", decode)];
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
    // An llm-d's engines may be simulated too, which its own settings say.
    ...(target.method === "llm-d" ? { llmd: target.llmd } : {}),
    ...(target.method === "simulated" ? { simulator: target.simulator } : {}),
  };
}

function existing({ servedModel, gpu, gpuCount }: Extract<Target, { readonly method: "existing" }>): object {
  return { method: "existing", servedModel, gpu: gpu?.name ?? null, gpuCount };
}
