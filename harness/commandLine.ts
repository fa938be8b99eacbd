import { parseArgs } from "node:util";
import { PlanError } from "./planError.ts";

export interface CommandLine {
  readonly plan: string;
  readonly out: string;
  readonly progress: "json" | "human" | "none";
  readonly timeLimitSeconds: number | null;
  /** Our stdin is a pipe that whoever started us holds open. */
  readonly endWithStdin: boolean;
}

export const help = `Load generator for OpenAI-compatible servers.

  node main.ts --plan plan.json --out DIR [--progress json|human|none] [--time-limit SECONDS] [--end-with-stdin]

  --plan FILE          what to send; the format is HarnessPlan in plan.ts
  --out DIR            where the results go; created, must hold no results yet
  --progress KIND      human (default): lines for a reader; json: one JSON object a line; none
  --time-limit S       stop after S seconds; what there is is written and marked partial
  --end-with-stdin     stop in the same way when stdin ends: for a program that starts this one and may be killed
  --help               this text

Exit codes: 0 complete; 1 internal error, or the results could not be written; 2 the plan or an option cannot be
used; 3 partial: stopped by a signal or the time limit; 4 not one request succeeded.
The first SIGINT or SIGTERM ends the run and keeps its results; the second ends the process at once.
`;

/** @throws PlanError for an option that cannot be used. @returns null when help was asked for. */
export function readCommandLine(args: readonly string[]): CommandLine | null {
  let values: Record<string, string | boolean | undefined>;
  try {
    values = parseArgs({
      args: [...args],
      options: {
        plan: { type: "string" },
        out: { type: "string" },
        progress: { type: "string", default: "human" },
        "time-limit": { type: "string" },
        "end-with-stdin": { type: "boolean", default: false },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    throw new PlanError("command line", args.join(" "), `only the options of --help (${(error as Error).message})`);
  }
  if (values.help === true) return null;
  const { plan, out, progress, "time-limit": limit } = values;
  if (typeof plan !== "string") throw new PlanError("--plan", undefined, "the path of the plan, a JSON file");
  if (typeof out !== "string") throw new PlanError("--out", undefined, "the folder for the results");
  if (progress !== "json" && progress !== "human" && progress !== "none") {
    throw new PlanError("--progress", progress, "json, human or none");
  }
  const timeLimitSeconds = limit === undefined ? null : Number(limit);
  if (timeLimitSeconds !== null && !(timeLimitSeconds > 0 && timeLimitSeconds <= 2_000_000)) {
    throw new PlanError("--time-limit", limit, "a number of seconds above 0");
  }
  return { plan, out, progress, timeLimitSeconds, endWithStdin: values["end-with-stdin"] === true };
}
