import { parseArgs } from "node:util";
import type { PlanTarget } from "./plan.ts";
import { PlanError } from "./planError.ts";

export interface CommandLine {
  /**
   * A plan's file; or, for a run that another load generator makes, just the engine that is asked who it is; or the engine
   * that is asked for one token, with so many words of prompt.
   */
  readonly work:
    | { readonly plan: string }
    | { readonly identify: PlanTarget }
    | { readonly complete: PlanTarget; readonly words: number };
  /** "" where nothing is written. */
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
  node main.ts --identify URL --model MODEL --out DIR [--api-key-env NAME] [--wait-ready SECONDS] ...
  node main.ts --complete URL --model MODEL [--api-key-env NAME] [--wait-ready SECONDS] [--prompt-words N]

  --plan FILE          what to send; the format is HarnessPlan in plan.ts
  --identify URL       send no load: ask the engine who it is and write engine.json, for a run that others make
  --complete URL       send no load: ask for one token until it comes, at most --wait-ready seconds; writes nothing
  --prompt-words N     with --complete: words of the prompt, which no cache holds (default 8)
  --model MODEL        with --identify, --complete: the model that is waited for, or asked
  --api-key-env NAME   with --identify, --complete: variable that holds the engine's API key
  --out DIR            where the results go; created, must hold no results yet
  --progress KIND      human (default): lines for a reader; json: one JSON object a line; none
  --wait-ready S       before the run, wait until the engine lists the plan's model, at most S seconds
  --time-limit S       stop S seconds after the run began; what there is is written and marked partial
  --end-with-stdin     stop in the same way when stdin ends: for a program that starts this one and may be killed
  --help               this text

Exit codes: 0 complete; 1 internal error, or the results could not be written; 2 the plan or an option cannot be
used; 3 partial: stopped by a signal or the time limit; 4 not one request succeeded; 5 with --wait-ready: the engine
never answered, refuses the key or does not serve the model, so nothing was sent; 6 with a barrier in the plan: one of the
others never came, so nothing was sent.
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
        identify: { type: "string" },
        complete: { type: "string" },
        "prompt-words": { type: "string" },
        model: { type: "string" },
        "api-key-env": { type: "string" },
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
  const work = workOf(values);
  const { progress } = values;
  const out = "complete" in work ? (values.out ?? "") : values.out;
  if (typeof out !== "string") throw new PlanError("--out", undefined, "the folder for the results");
  if (progress !== "json" && progress !== "human" && progress !== "none") {
    throw new PlanError("--progress", progress, "json, human or none");
  }
  return {
    work,
    out,
    progress,
    timeLimitSeconds: seconds("--time-limit", values["time-limit"]),
    waitReadySeconds: seconds("--wait-ready", values["wait-ready"]),
    endWithStdin: values["end-with-stdin"] === true,
  };
}

function workOf(values: Readonly<Record<string, string | boolean | undefined>>): CommandLine["work"] {
  const { plan, identify, complete, model, "api-key-env": apiKeyEnv, "prompt-words": words } = values;
  const url = complete ?? identify;
  const option = complete === undefined ? "--identify" : "--complete";
  if (typeof url !== "string") {
    if (typeof plan !== "string") throw new PlanError("--plan", undefined, "the path of the plan, a JSON file");
    const odd = (["model", "api-key-env"] as const).find((name) => values[name] !== undefined);
    if (odd !== undefined)
      throw new PlanError(`--${odd}`, values[odd], "it with --identify or --complete only: a plan has its own");
    return { plan };
  }
  if (plan !== undefined) throw new PlanError("--plan", plan, `either --plan or ${option}`);
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ""))
    throw new PlanError(option, url, "an address such as http://127.0.0.1:8000");
  if (typeof model !== "string") throw new PlanError("--model", undefined, "the model that the engine serves");
  const baseUrl = url.replace(/\/+$/, "").replace(/\/v1$/, "");
  const target = { name: "engine", baseUrl, model, apiKeyEnv: typeof apiKeyEnv === "string" ? apiKeyEnv : null };
  return complete === undefined ? { identify: target } : { complete: target, words: wordsOf(words) };
}

function wordsOf(text: string | boolean | undefined): number {
  const words = Number(text ?? 8);
  if (!Number.isInteger(words) || words < 1 || words > 100_000)
    throw new PlanError("--prompt-words", text, "a whole number from 1 to 100000");
  return words;
}

function seconds(option: string, text: string | boolean | undefined): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  // A timer holds 2^31 ms.
  if (!(value > 0 && value <= 2_000_000)) throw new PlanError(option, text, "a number of seconds above 0");
  return value;
}
