import type { LlmdTarget, Target } from "./scenario.ts";
import type { Config } from "./schema.ts";
import type { TargetSource } from "./targetSource.ts";
import type { Problem } from "./userError.ts";

/** What the llm-d targets of a scenario share, and what they do not have; throws the first UserError. */
export function checkLlmdTargets(
  config: Config,
  sources: readonly TargetSource[],
  targets: readonly Target[],
  fail: (problem: Omit<Problem, "file">) => never,
): void {
  const first = targets.findIndex(({ method }) => method === "llm-d");
  if (first < 0) {
    if (config.llmd)
      fail({
        key: "llmd",
        value: config.llmd,
        allowed: null,
        reason: "no engine of this stack is served by llm-d",
        next: "Remove it, or set method to llm-d.",
      });
    return;
  }
  checkOneGateway(sources, targets, fail);
  if (config.cluster?.expose === true)
    fail({
      key: "cluster.expose",
      value: true,
      allowed: "false",
      reason: `a Route leads to a Service of one engine, and target ${targets[first]!.name} is an llm-d, which is entered by its gateway`,
      next: "Remove it; kubectl port-forward reaches the gateway.",
    });
}

/** The stack has one Gateway, behind which all of them are. */
function checkOneGateway(
  sources: readonly TargetSource[],
  targets: readonly Target[],
  fail: (problem: Omit<Problem, "file">) => never,
): void {
  const behind = targets.flatMap((target, index) =>
    target.method === "llm-d" && target.llmd.gateway !== "none" ? [{ target, source: sources[index]! }] : [],
  );
  const [first] = behind;
  if (first === undefined) return;
  for (const { target, source } of behind)
    for (const name of ["gateway", "gatewayClass", "charts"] as const) {
      const common = (first.target as LlmdTarget).llmd[name];
      if (target.llmd[name] === common) continue;
      fail({
        key: source.key("llmd", name),
        value: target.llmd[name],
        allowed: `${common ?? "none"}, as in target ${first.target.name}`,
        reason: "a stack has one Gateway, from one chart, for all its llm-d targets",
        next: "Make them equal, best at the top level, or use a stack for each.",
      });
    }
}
