import { deepEqual, equal, match } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load } from "js-yaml";
import { fmperf } from "../../../workloads/adapters/fmperf.ts";
import type { FmperfProfile } from "../../../workloads/adapters/fmperfSchema.ts";

const profiles = "workloads/profiles/fmperf";
const read = (name: string) =>
  load(readFileSync(join(profiles, name), "utf8").replaceAll(/REPLACE_ENV_\w+/g, "some-value"));
const check = (values: unknown) => fmperf.schema.parse(fmperf.modernise!(values).values) as FmperfProfile;
const render = (profile: FmperfProfile, resultsFolder = "/results") =>
  fmperf.render({
    profile,
    endpoint: { url: "http://engine:8000", servedModel: "served", apiKeyEnv: "KEY" },
    tokenizer: "t",
    seed: 1,
    runId: "r",
    configFolder: "/config",
    resultsFolder,
  });

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
    const { files, command, env, apiKeyEnv } = render(profile);
    deepEqual(command, ["bash", "/config/run.sh"]);
    match(
      files["run.sh"]!,
      /key='\/results\/LMBench'\n\.\/run_benchmarks\.sh "\$MODEL" "\$BASE_URL" "\$key" long-input 0\.1 0\.25 0\.5\n/,
    );
    deepEqual(
      [env.MODEL, env.BASE_URL, env.NUM_ROUNDS, env.USE_CHAT_COMPLETIONS],
      ["served", "http://engine:8000", "1", "False"],
    );
    equal(apiKeyEnv, null);
  });

  it("fails where a rate left no request, whatever the script ends with", () => {
    for (const [scenarios, ending] of [
      ["sharegpt", "sharegpt_output_"],
      ["short-input", "short_input_qps"],
      ["long-input", "long_input_output_"],
      ["long-long", "long_long_qps"],
    ] as const) {
      const run = (calls: string) => {
        const folder = mkdtempSync(join(tmpdir(), "llm-bench-"));
        mkdirSync(join(folder, ".venv/bin"), { recursive: true });
        writeFileSync(join(folder, ".venv/bin/activate"), "");
        const tool = calls.replaceAll("FILE", `"$3_${ending}"`);
        writeFileSync(join(folder, "run_benchmarks.sh"), `#!/bin/bash\n${tool}\n`, { mode: 0o755 });
        const text = render(check({ scenarios, qps_values: "0.5 1 2" }), folder).files["run.sh"]!;
        const { status, stderr } = spawnSync("bash", ["-c", text.replace("cd /app", `cd '${folder}'`)], {
          encoding: "utf8",
        });
        rmSync(folder, { recursive: true });
        return [status, stderr];
      };
      const table = (rate: string) => `printf 'ttft\\n1\\n' > FILE${rate}.csv`;
      const all = ["0.5", "1", "2"].map(table).join("; ");
      deepEqual(run(all), [0, ""]);
      deepEqual(run(`${all}; exit 7`), [7, ""]);
      deepEqual(run(`${table("0.5")}; echo > FILE1.csv; exit 0`), [
        1,
        "LMBenchmark measured no request at these rates (requests/s): 1 2\n",
      ]);
    }
  });

  it("leaves out what was of fmperf's own Job, so that the run is the same without it", () => {
    const given = { scenarios: "long-input", service_account: "a", pvc_name: "b", image: "other:1" };
    const { values, warnings } = fmperf.modernise!(given);
    deepEqual(values, { scenarios: "long-input" });
    match(warnings[0]!, /^image: not read/);
    deepEqual(fmperf.modernise!({ ...given, image: fmperf.image }).warnings, []);
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
