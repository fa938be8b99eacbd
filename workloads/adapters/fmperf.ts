import type { CommonLoad, HarnessAdapter, HarnessProcess, HarnessRequest, PlannedStage } from "../adapter.ts";
import { type FmperfProfile, fmperfSchema, ratesOf } from "./fmperfSchema.ts";

/**
 * fmperf's LMBenchmark workload, not run here. fmperf itself does not measure: it makes a Job of the image of LMCache/LMBenchmark from inside
 * its own pod, which needs the right to create Jobs (Cluster.py at 8d85bc3). So that image's own script is run, with the variables that fmperf
 * gave it; what it measures is the same.
 *
 * The image's tag is the last commit of LMBenchmark, as .github/workflows/docker-build-push.yml names it (type=sha, short).
 */
const COMMIT = "26d02bd";

export const fmperf: HarnessAdapter<FmperfProfile> = {
  name: "fmperf",
  version: COMMIT,
  image: `docker.io/lmcache/lmcache-benchmark:sha-${COMMIT}`,
  executable: "run_benchmarks.sh",
  install: "none outside of its image: run it on a cluster",
  schema: fmperfSchema,
  modernise,
  stages,
  // ShareGPT's prompts lie in the image; the others grow by every round of a conversation.
  longest: (profile) => (profile.scenarios === "long-input" ? longestConversation(profile) : null),
  render,
  progressReader,
  profileOf,
};

/** Of the Job that fmperf made; there is none any more. Resolved from the scenario, they would make a new run of the same measurement. */
const ofItsJob = ["image", "service_account", "pvc_name"];

/** Says what is not read, and leaves out what nothing here can read. */
function modernise(values: unknown): { values: unknown; warnings: readonly string[] } {
  if (typeof values !== "object" || values === null) return { values, warnings: [] };
  const given = values as Record<string, unknown>;
  const warnings: string[] = [];
  const scenario = given.scenarios ?? "sharegpt";
  const unused = ["num_users", "num_rounds", "system_prompt", "chat_history", "answer_len", "test_duration"];
  const said = unused.filter((key) => given[key] !== undefined);
  if (scenario === "sharegpt" && said.length > 0)
    warnings.push(
      `scenario sharegpt sends every prompt of the image's file at the rate; not read: ${said.join(", ")}.`,
    );
  if ((scenario === "short-input" || scenario === "long-long") && said.length > 0)
    warnings.push(`scenario ${scenario} has its own users, lengths and 100 s per rate; not read: ${said.join(", ")}.`);
  if (given.image !== undefined && given.image !== fmperf.image)
    warnings.push(`image: not read; harnessSettings.image, or the pinned ${fmperf.image}, is used.`);
  const read = Object.entries(given).filter(([key]) => !ofItsJob.includes(key));
  return { values: Object.fromEntries(read), warnings };
}

function stages(profile: FmperfProfile): PlannedStage[] {
  const seconds = profile.scenarios === "sharegpt" ? null : durationOf(profile);
  return ratesOf(profile).map((rate) => ({ name: `${profile.scenarios} ${Number(rate)}/s`, seconds, requests: null }));
}

/** With the warm-up before each rate (half as many seconds as warm-up users; 400 are built into the others) and the pause after it. */
function durationOf({ scenarios, test_duration, num_users_warmup }: FmperfProfile): number {
  return scenarios === "long-input" ? test_duration + Math.floor(num_users_warmup / 2) + 10 : 100 + 200 + 10;
}

/** Words of "hi" are about a token each; every round adds a question of some 20 and an answer. */
function longestConversation(profile: FmperfProfile): { input: number; output: number } {
  const { system_prompt, chat_history, num_rounds, answer_len } = profile;
  return { input: system_prompt + chat_history + 64 + num_rounds * (24 + answer_len), output: answer_len };
}

function render({ profile, endpoint, configFolder, resultsFolder }: HarnessRequest<FmperfProfile>): HarnessProcess {
  const files = { "run.sh": script(profile, resultsFolder) };
  return {
    files,
    command: ["bash", `${configFolder}/run.sh`],
    env: {
      MODEL: endpoint.servedModel,
      BASE_URL: endpoint.url,
      NUM_USERS_WARMUP: String(profile.num_users_warmup),
      NUM_USERS: String(profile.num_users),
      NUM_ROUNDS: String(profile.num_rounds),
      SYSTEM_PROMPT: String(profile.system_prompt),
      CHAT_HISTORY: String(profile.chat_history),
      ANSWER_LEN: String(profile.answer_len),
      INIT_USER_ID: String(profile.init_user_id),
      TEST_DURATION: String(profile.test_duration),
      USE_CHAT_COMPLETIONS: profile.use_chat_completions ? "True" : "False",
    },
    // Both of its clients send "EMPTY", whatever the environment says.
    apiKeyEnv: null,
  };
}

/**
 * One call for all rates: between them the script moves on to users with other prompts, which the server has not cached. It ends
 * with 0 whatever happened, so the files tell: one per rate, with a request below its header. Without any, pandas writes an empty line.
 */
function script(profile: FmperfProfile, resultsFolder: string): string {
  const { scenarios } = profile;
  const rates = ratesOf(profile).join(" ");
  const ending = scenarios === "short-input" || scenarios === "long-long" ? "qps" : "output_";
  return `#!/bin/bash
cd /app && . .venv/bin/activate || exit 1
key='${resultsFolder}/LMBench'
./run_benchmarks.sh "$MODEL" "$BASE_URL" "$key" ${scenarios} ${rates}
status=$?
missing=
for rate in ${rates}; do
  file="\${key}_${scenarios.replace("-", "_")}_${ending}\${rate}.csv"
  [ -s "$file" ] && [ "$(wc -l < "$file")" -ge 2 ] || missing="$missing $rate"
done
[ -z "$missing" ] && exit $status
echo "LMBenchmark measured no request at these rates (requests/s):$missing" >&2
exit 1
`;
}

/** It names each file that it writes, twice; the warm-up's lie elsewhere. */
const written = /(?:dumping summary|Results written) to \S*(LMBench_\S*\.csv)/;

function progressReader(planned: readonly PlannedStage[]) {
  const started = Date.now();
  const files = new Set<string>();
  return (line: string) => {
    const file = written.exec(line)?.[1];
    if (file !== undefined) files.add(file);
    else if (!/Warming up the engine|Benchmark started/.test(line)) return null;
    const ended = Math.min(files.size, planned.length);
    const left = planned.slice(ended);
    const known = left.every(({ seconds }) => seconds !== null);
    return {
      phase: left.length === 0 ? ("done" as const) : ("stage" as const),
      stage: Math.min(ended + 1, planned.length),
      stages: planned.length,
      name: (left[0] ?? planned.at(-1))?.name ?? "",
      elapsedSeconds: (Date.now() - started) / 1000,
      etaSeconds: known ? left.reduce((sum, { seconds }) => sum + (seconds as number), 0) : null,
      // It tells nothing before a rate has ended.
      inFlight: 0,
      ok: 0,
      failed: 0,
    };
  };
}

/** It knows no closed loop: users with one question each, as many per second as there are users. */
function profileOf({ inputTokens, outputTokens, concurrency }: CommonLoad): unknown {
  return {
    scenarios: "long-input",
    qps_values: concurrency.join(" "),
    num_users_warmup: 1,
    num_users: Math.max(...concurrency),
    num_rounds: 1,
    system_prompt: 0,
    chat_history: inputTokens,
    answer_len: outputTokens,
    test_duration: 60,
    use_chat_completions: true,
  };
}
