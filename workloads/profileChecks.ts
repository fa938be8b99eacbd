import type { Images, OutputLength } from "../harness/plan.ts";
import type { Naming } from "../scenario/schemaProblems.ts";
import { type Problem, UserError } from "../scenario/userError.ts";
import type { ProfileFile } from "./profileSchema.ts";

/** File and key of a path in a profile; `value` where an override says another one than stands there. */
export type Locate = Naming["locate"];

/** What one key of a profile means for another; the first problem, or null. */
export function checkProfile(profile: ProfileFile, locate: Locate): UserError | null {
  const problem: Report = (path, value, rest) => new UserError({ value, ...locate(path), ...rest });
  return checkStages(profile, problem) ?? checkData(profile, problem);
}

type Report = (
  path: readonly string[],
  value: unknown,
  rest: Pick<Problem, "reason" | "allowed" | "next">,
) => UserError;

function checkStages({ stages }: ProfileFile, problem: Report): UserError | null {
  const [load, second] = (["concurrency", "constant", "poisson"] as const).filter((type) => stages[type] !== undefined);
  const allowed = "one of concurrency, constant, poisson";
  if (load === undefined)
    return problem(["stages"], stages, { reason: "it names no load", allowed, next: "Add one of them." });
  if (second !== undefined) {
    const reason = `a profile has one kind of load, and this has ${load} too`;
    return problem(["stages", second], stages[second], {
      reason,
      allowed,
      next: "To change the kind, override stages as a whole.",
    });
  }
  const levels = stages[load]!;
  const again = levels.find((level, index) => levels.indexOf(level) !== index);
  if (again !== undefined) {
    const next = "Give each load once; for repeated runs set repetitions.";
    return problem(["stages", load], levels, {
      reason: `${again} occurs twice, and results are kept by load`,
      allowed: null,
      next,
    });
  }
  if (stages.seconds !== undefined && stages.requests !== undefined) {
    const reason = `stages end by time or by count, and stages.seconds is ${stages.seconds}`;
    const next = "To change the way they end, override stages as a whole.";
    return problem(["stages", "requests"], stages.requests, { reason, allowed: "either seconds or requests", next });
  }
  if (stages.seconds === undefined && stages.requests === undefined) {
    const reason = "a stage must know when to end";
    return problem(["stages", "seconds"], undefined, {
      reason,
      allowed: "either seconds or requests",
      next: "Add one of the two.",
    });
  }
  return null;
}

function checkData(profile: ProfileFile, problem: Report): UserError | null {
  const { api, data, deadlines } = profile;
  const { firstTokenMs, totalMs } = deadlines;
  if (totalMs < firstTokenMs) {
    const reason = "a whole request would have less time than its first token (deadlines.firstTokenMs)";
    return problem(["deadlines", "totalMs"], totalMs, {
      reason,
      allowed: `at least ${firstTokenMs}`,
      next: "Raise it.",
    });
  }
  const output = disorder(data.outputTokens);
  if (output) return problem(["data", "outputTokens", output.key], output.value, output.rest);
  if (data.type === "file") return null;
  const input = disorder(data.inputTokens);
  if (input) return problem(["data", "inputTokens", input.key], input.value, input.rest);
  if (data.form === "tokenIds" && api !== "completions") {
    const next = "Set data.form to text, or api to completions.";
    return problem(["data", "form"], data.form, { reason: "the chat API takes text only", allowed: "text", next });
  }
  return data.images ? checkImages(profile, data.images, problem) : null;
}

function checkImages({ api, data }: ProfileFile, images: Images, problem: Report): UserError | null {
  if (api !== "chat" || (data.type === "synthetic" && data.form !== "text")) {
    const reason = `only chat messages hold images, and this is ${api === "chat" ? "data.form tokenIds" : `api ${api}`}`;
    const next = "Set api to chat and data.form to text, or remove data.images.";
    return problem(["data", "images"], images, { reason, allowed: null, next });
  }
  for (const side of ["width", "height"] as const) {
    const { min, max } = images[side];
    if (min > max)
      return problem(["data", "images", side, "min"], min, {
        reason: "it is above max",
        allowed: `at most ${max}`,
        next: "Keep min <= max.",
      });
  }
  return null;
}

function disorder(distribution: OutputLength) {
  if (distribution.type === "fixed") return null;
  const { min, max } = distribution;
  const next = "mean" in distribution ? "Keep min <= mean <= max." : "Keep min <= max.";
  if (min > max)
    return { key: "min", value: min, rest: { reason: "it is above max", allowed: `at most ${max}`, next } };
  if (distribution.type === "uniform" || distribution.type === "relative") return null;
  const { mean } = distribution;
  if (mean >= min && mean <= max) return null;
  return {
    key: "mean",
    value: mean,
    rest: { reason: "it is outside min to max", allowed: `from ${min} to ${max}`, next },
  };
}
