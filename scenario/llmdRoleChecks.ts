import type { EngineSettings } from "./engine.ts";
import { GPUS_PER_NODE } from "./engineChecks.ts";
import { checkExtraArgs } from "./extraArgs.ts";
import type { Gpu } from "./gpus.ts";
import type { RoleSource } from "./llmdRoles.ts";
import type { Model } from "./models.ts";
import type { TargetSource } from "./targetSource.ts";
import { type Problem, UserError } from "./userError.ts";

/** Where one role's pods meet: ranks of data parallelism find each other by these. */
const meeting = [
  "--data-parallel-size-local",
  "-dpl",
  "--data-parallel-address",
  "-dpa",
  "--data-parallel-rpc-port",
  "-dpp",
  "--data-parallel-rank",
  "-dpn",
  "--data-parallel-start-rank",
  "-dpr",
  "--headless",
];

/** How a role's engines divide their GPUs, and its arguments; what any engine is checked for is checked already. */
export function checkRole(
  role: RoleSource,
  engine: EngineSettings,
  target: TargetSource,
  { gpu, model }: { readonly gpu: Gpu; readonly model: Pick<Model, "moe" | "name"> },
  file: string,
): void {
  const fail = (problem: Omit<Problem, "file">): never => {
    throw new UserError({ ...problem, file });
  };
  const { dataParallel, nodes, key } = role;
  const { tensorParallel } = engine;
  const gpus = tensorParallel * dataParallel;
  if (gpu.mig && gpus > 1)
    fail({
      key: key("dataParallel"),
      value: dataParallel,
      allowed: "1",
      reason: `a process sees one MIG slice (gpu ${gpu.name}), whichever its container has`,
      next: `Remove it; more engines are llmd.${role.role}.replicas.`,
    });
  if (dataParallel % nodes !== 0)
    fail({
      key: key("nodes"),
      value: nodes,
      allowed: `a divisor of llmd.${role.role}.dataParallel (${dataParallel})`,
      reason:
        "each node holds the same number of whole copies of the weights: tensor parallelism does not reach across nodes",
      next: `Change it, or raise llmd.${role.role}.dataParallel.`,
    });
  if (gpus / nodes > GPUS_PER_NODE)
    fail({
      key: key("dataParallel"),
      value: dataParallel,
      allowed: `at most ${Math.floor((GPUS_PER_NODE * nodes) / tensorParallel)} with ${nodes === 1 ? "one node" : `${nodes} nodes`} and tensorParallel ${tensorParallel}`,
      reason: `one pod would need ${gpus / nodes} GPUs, and one machine has at most ${GPUS_PER_NODE}`,
      next: `Raise llmd.${role.role}.nodes, or lower it.`,
    });
  // vLLM refuses one such copy per node ("Non-MoE models do not support external data parallel mode").
  if (nodes > 1 && model.moe === null)
    fail({
      key: key("nodes"),
      value: nodes,
      allowed: "1, or a model that is a mixture of experts",
      reason: `${model.name} has no experts that nodes could share: its copies on them would be replicas that start and fail together`,
      next: `Remove it, and set llmd.${role.role}.replicas.`,
    });
  if (role.role === "decode" && target.gpuCount !== undefined && target.gpuCount !== gpus)
    fail({
      key: target.key("gpuCount"),
      value: target.gpuCount,
      allowed: String(gpus),
      reason: `one decode replica uses tensorParallel ${tensorParallel} x dataParallel ${dataParallel} = ${gpus} GPUs`,
      next: "Remove gpuCount, or make the two equal; more engines are llmd.decode.replicas.",
    });
  const more = {
    own: {
      "--tensor-parallel-size": `llmd.${role.role}.tensorParallel`,
      "-tp": `llmd.${role.role}.tensorParallel`,
      "--data-parallel-size": `llmd.${role.role}.dataParallel`,
      "-dp": `llmd.${role.role}.dataParallel`,
      "--nnodes": `llmd.${role.role}.nodes`,
    },
    fixed: target.llmd.prefill === undefined ? meeting : [...meeting, "--kv-transfer-config"],
  };
  checkExtraArgs(target.engine.extraArgs ?? [], target.key("engine", "extraArgs"), engine.loadFormat, file, more);
  checkExtraArgs(role.extraArgs, key("extraArgs"), engine.loadFormat, file, more);
}
