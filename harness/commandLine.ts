import { parseArgs } from "node:util";
import { PlanError } from "./planError.ts";

export interface CommandLine {
  readonly plan: string;
  readonly out: string;
  readonly progress: "json" | "human" | "none";
  readonly timeLimitSeconds: number | null;
  /** How long the engine may take to answer before the run; null: it is not waited for. */
  readonly waitReadySeconds: number | null;
  /** Our stdin is a pipe that whoever started us holds open. */
  readonly endWithStdin: boolean;
}

export const help = `Load generator for OpenAI-compatible servers.

  node main.ts --plan plan.json --out DIR [--progress json|human|none] [--wait-ready SECONDS] [--time-limit SECONDS]
               [--end-with-stdin]

  --plan FILE          what to send; the format is HarnessPlan in plan.ts
  --out DIR            where the results go; created, must hold no results yet
  --progress KIND      human (default): lines for a reader; json: one JSON object a line; none
  --wait-ready S       before the run, wait until the engine lists the plan's model, at most S seconds
  --time-limit S       stop S seconds after the run began; what there is is written and marked partial
  --end-with-stdin     stop in the same way when stdin ends: for a program that starts this one and may be killed
  --help               this text

Exit codes: 0 complete; 1 internal error, or the results could not be written; 2 the plan or an option cannot be
used; 3 partial: stopped by a signal or the time limit; 4 not one request succeeded; 5 with --wait-ready: the engine
never answered, refuses the key or does not serve the model, so nothing was sent.
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
        "wait-ready": { type: "string" },
        "time-limit": { type: "string" },
        "end-with-stdin": { type: "boolean", default: false },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    throw new PlanError("command line", args.join(" "), `only the options of --help (${(error as Error).message})`);
  }
  if (values.help === true) return null;
  const { plan, out, progress } = values;
  if (typeof plan !== "string") throw new PlanError("--plan", undefined, "the path of the plan, a JSON file");
  if (typeof out !== "string") throw new PlanError("--out", undefined, "the folder for the results");
  if (progress !== "json" && progress !== "human" && progress !== "none") {
    throw new PlanError("--progress", progress, "json, human or none");
  }
  return {
    plan,
    out,
    progress,
    timeLimitSeconds: seconds("--time-limit", values["time-limit"]),
    waitReadySeconds: seconds("--wait-ready", values["wait-ready"]),
    endWithStdin: values["end-with-stdin"] === true,
  };
}

function seconds(option: string, text: string | boolean | undefined): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  // A timer holds 2^31 ms.
  if (!(value > 0 && value <= 2_000_000)) throw new PlanError(option, text, "a number of seconds above 0");
  return value;
}
