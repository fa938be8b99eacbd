import { deepEqual, equal, match } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { fmperf } from "../../../workloads/adapters/fmperf.ts";
import type { FmperfProfile } from "../../../workloads/adapters/fmperfSchema.ts";

const profiles = "workloads/profiles/fmperf";
const read = (name: string) =>
  load(readFileSync(join(profiles, name), "utf8").replaceAll(/REPLACE_ENV_\w+/g, "some-value"));
const check = (values: unknown) => fmperf.schema.parse(values) as FmperfProfile;

describe("fmperf's adapter", () => {
  for (const name of readdirSync(profiles)) it(`takes profile ${name}`, () => void check(read(name)));

  it("runs LMBenchmark's script with the variables that fmperf gave it, all rates in one call", () => {
    const profile = check(read("small_model_long_input.yaml.in"));
    deepEqual(
      fmperf.stages(profile).map(({ name, seconds }) => [name, seconds]),
      [
        ["long-input 0.1/s", 70],
        ["long-input 0.25/s", 70],
        ["long-input 0.5/s", 70],
      ],
    );
    const { files, command, env, apiKeyEnv } = fmperf.render({
      profile,
      endpoint: { url: "http://engine:8000", servedModel: "served", apiKeyEnv: "KEY" },
      tokenizer: "t",
      seed: 1,
      runId: "r",
      configFolder: "/config",
      resultsFolder: "/results",
    });
    deepEqual(command, ["bash", "/config/run.sh"]);
    match(
      files["run.sh"]!,
      /run_benchmarks\.sh "\$MODEL" "\$BASE_URL" '\/results\/LMBench' long-input 0\.1 0\.25 0\.5\n/,
    );
    deepEqual(
      [env.MODEL, env.BASE_URL, env.NUM_ROUNDS, env.USE_CHAT_COMPLETIONS],
      ["served", "http://engine:8000", "1", "False"],
    );
    equal(apiKeyEnv, null);
  });

  it("says which values a scenario does not read", () => {
    const { warnings } = fmperf.modernise!(read("sanity_short-input.yaml.in"));
    match(warnings[0]!, /short-input has its own users, lengths and 100 s per rate; not read: num_users, num_rounds/);
  });

  it("counts a rate as done when its file is named, once", () => {
    const next = fmperf.progressReader(fmperf.stages(check({ qps_values: "1 2" })));
    const line = "Results written to /results/LMBench_sharegpt_output_1.csv";
    deepEqual(
      [line, `INFO:__main__:${line}`].map((text) => next(text)?.stage),
      [2, 2],
    );
    equal(next("Results written to /tmp/warmup.csv"), null);
    equal(next("Results written to /results/LMBench_sharegpt_output_2.csv")?.phase, "done");
  });
});
