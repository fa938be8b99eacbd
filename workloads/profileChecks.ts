import type { Distribution } from "../harness/plan.ts";
import { UserError } from "../scenario/userError.ts";
import { shortest } from "./distribution.ts";
import type { ProfileFile } from "./profileSchema.ts";

type Locate = (path: readonly PropertyKey[]) => { readonly file: string; readonly key: string };

/** What one key of a profile means for another; the first problem, or null. */
export function checkProfile(profile: ProfileFile, locate: Locate): UserError | null {
  return checkStages(profile, locate) ?? checkData(profile, locate);
}

function checkStages({ stages }: ProfileFile, locate: Locate): UserError | null {
  const loads = (["concurrency", "constant", "poisson"] as const).filter((type) => stages[type] !== undefined);
  if (loads.length !== 1)
    return new UserError({
      ...locate(loads.length === 0 ? ["stages"] : ["stages", loads.at(-1)!]),
      value: stages,
      reason:
        loads.length === 0 ? "it names no load" : `a profile has one kind of load, and this has ${loads.join(" and ")}`,
      allowed: "one of concurrency, constant, poisson",
      next: loads.length === 0 ? "Add one of them." : "Keep one of them; for the others write profiles of their own.",
    });
  const load = loads[0]!;
  const levels = stages[load]!;
  const again = levels.find((level, index) => levels.indexOf(level) !== index);
  if (again !== undefined)
    return new UserError({
      ...{ ...locate(["stages", load]), value: levels, allowed: null },
      reason: `${again} occurs twice, and results are kept by load`,
      next: "Give each load once; for repeated runs set repetitions.",
    });
  if ((stages.seconds === undefined) === (stages.requests === undefined))
    return new UserError({
      ...{ ...locate(["stages", stages.seconds === undefined ? "seconds" : "requests"]), value: stages.requests },
      reason:
        stages.seconds === undefined ? "a stage must know when to end" : "stages end by time or by count, not both",
      allowed: "either seconds or requests",
      next: stages.seconds === undefined ? "Add stages.seconds or stages.requests." : "Remove one of the two.",
    });
  return null;
}

function checkData({ api, data, deadlines }: ProfileFile, locate: Locate): UserError | null {
  if (data.type === "synthetic" && data.form === "tokenIds" && api !== "completions")
    return new UserError({
      ...{ ...locate(["data", "form"]), value: data.form, allowed: "text" },
      reason: "the chat API takes text only",
      next: "Set data.form to text, or api to completions.",
    });
  const distributions = [
    ["outputTokens", data.outputTokens] as const,
    ...(data.type === "synthetic" ? [["inputTokens", data.inputTokens] as const] : []),
  ];
  for (const [name, distribution] of distributions) {
    const reason = disorder(distribution);
    if (reason) {
      const next = "Put them in order.";
      return new UserError({
        ...locate(["data", name]),
        value: distribution,
        reason,
        allowed: "min <= mean <= max",
        next,
      });
    }
  }
  if (data.type === "synthetic" && data.sharedPrefix && data.sharedPrefix.tokens >= shortest(data.inputTokens))
    return new UserError({
      ...{ ...locate(["data", "sharedPrefix", "tokens"]), value: data.sharedPrefix.tokens },
      reason: "the shared beginning leaves no room for a prompt's own part",
      allowed: `less than the shortest prompt (${shortest(data.inputTokens)})`,
      next: "Shorten it, or lengthen data.inputTokens.",
    });
  if (deadlines.totalMs < deadlines.firstTokenMs)
    return new UserError({
      ...{
        ...locate(["deadlines", "totalMs"]),
        value: deadlines.totalMs,
        allowed: `at least ${deadlines.firstTokenMs}`,
      },
      reason: "a whole request would have less time than its first token (deadlines.firstTokenMs)",
      next: "Raise it.",
    });
  return null;
}

function disorder(distribution: Distribution): string | null {
  if (distribution.type === "fixed") return null;
  if (distribution.min > distribution.max) return "min is above max";
  if (distribution.type === "uniform") return null;
  if (distribution.mean < distribution.min || distribution.mean > distribution.max) return "mean is outside min to max";
  return null;
}
