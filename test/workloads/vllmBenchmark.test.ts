import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HarnessRequest } from "../../workloads/adapter.ts";
import { vllmBenchmark } from "../../workloads/adapters/vllmBenchmark.ts";
import type { VllmBenchmarkProfile } from "../../workloads/adapters/vllmBenchmarkFlags.ts";

const profileOf = (values: unknown) => vllmBenchmark.schema.parse(vllmBenchmark.modernise?.(values).values);
const request = (profile: VllmBenchmarkProfile, more: object = {}): HarnessRequest<VllmBenchmarkProfile> => ({
  profile,
  endpoint: { url: "http://engine:8000", servedModel: "org/model", apiKeyEnv: "KEY" },
  tokenizer: "/models/org/model",
  seed: 3,
  runId: "a-00000000-r1",
  configFolder: "/config",
  resultsFolder: "/results",
  ...more,
});

describe("Adapter of vllm bench serve", () => {
  it("takes the profiles of llm-d-benchmark as they are, and says what it leaves out", () => {
    const { values, warnings } = vllmBenchmark.modernise!({
      executable: "benchmark_serving.py",
      base_url: "http://engine:8000/",
      model: "org/model",
      "dataset-name": "random",
      "ignore-eos": "none",
      "save-detailed": "none",
    });
    deepEqual(Object.keys(values as object), ["base-url", "model", "dataset-name", "ignore-eos"]);
    equal(warnings.length, 1);
    ok(vllmBenchmark.schema.safeParse(values).success);
    equal(vllmBenchmark.schema.safeParse({ "max-concurency": 1 }).success, false);
    equal(vllmBenchmark.schema.safeParse({ header: "Authorization=Bearer x" }).success, false);
  });

  it("makes every rate with every concurrency a load, with its number of requests", () => {
    const stages = vllmBenchmark.stages(
      profileOf({ "max-concurrency": [1, 8], "request-rate": [2, "inf"], "num-prompts": [10, 20, 30, 40] }),
    );
    deepEqual(
      stages.map(({ name, requests }) => [name, requests]),
      [
        ["poisson 2/s, at most 1 in flight", 10],
        ["poisson 2/s, at most 8 in flight", 20],
        ["concurrency 1", 30],
        ["concurrency 8", 40],
      ],
    );
    throws(
      () => vllmBenchmark.stages(profileOf({ "max-concurrency": [1, 2, 3], "num-prompts": [1, 2] })),
      /list of 2 for 3 loads/,
    );
  });

  it("knows the longest prompt and answer, or that it cannot", () => {
    const longest = (values: object) => vllmBenchmark.longest(profileOf(values));
    deepEqual(longest({}), { input: 1024, output: 128 });
    deepEqual(
      longest({ "random-input-len": 100, "random-output-len": 10, "random-range-ratio": 0.5, "random-prefix-len": 7 }),
      { input: 157, output: 15 },
    );
    deepEqual(longest({ "random-range-ratio": '{"input": 0, "output": 1}' }), { input: 1024, output: 256 });
    equal(longest({ "dataset-name": "sharegpt", "dataset-path": "x" }), null);
  });

  it("refuses a profile that names another engine", () => {
    throws(
      () => vllmBenchmark.render(request({ "base-url": "http://other:8000" })),
      /the target answers at http:\/\/engine:8000/,
    );
    throws(() => vllmBenchmark.render(request({ model: "other" })), /the target serves org\/model/);
    ok(vllmBenchmark.render(request({ "base-url": "http://engine:8000/v1/", model: "/models/org/model" })));
  });

  it("renders one process per load, with seeds that no other load or repetition has, and no key in a file", () => {
    const seeds = [3, 4].flatMap((seed) => {
      const { files, apiKeyEnv } = vllmBenchmark.render(request(profileOf({ "max-concurrency": [1, 2] }), { seed }));
      equal(apiKeyEnv, "OPENAI_API_KEY");
      return [...(files["run.sh"] as string).matchAll(/--seed (\d+)/g)].map((found) => found[1]);
    });
    equal(new Set(seeds).size, 4);
    const { files } = vllmBenchmark.render(
      request(profileOf({ goodput: "ttft:500 tpot:50", "extra-body": { a: "it's" } })),
    );
    match(files["run.sh"] as string, / --goodput ttft:500 tpot:50 /);
    match(files["run.sh"] as string, / --extra-body '\{"a":"it'\\''s"\}' /);
  });

  describe("its script", () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "llmbench-vllm-"));
      mkdirSync(join(folder, "results"));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    function run(vllm: string) {
      writeFileSync(join(folder, "vllm"), `#!/bin/sh\n${vllm}\n`);
      chmodSync(join(folder, "vllm"), 0o755);
      const profile = profileOf({ "max-concurrency": [1, 2, 4] });
      const { files, command } = vllmBenchmark.render(
        request(profile, { configFolder: folder, resultsFolder: join(folder, "results") }),
      );
      writeFileSync(join(folder, "run.sh"), files["run.sh"] as string);
      const env = { PATH: `${folder}:${process.env.PATH}`, FOLDER: folder };
      const { status, stdout } = spawnSync(command[0], command.slice(1), { env, encoding: "utf8" });
      return { status, lines: stdout.split("\n") };
    }

    it("runs the loads in order and tells progress", () => {
      const { status, lines } = run(
        '[ "$1" = --version ] && echo 0.26.0; echo "$@" >>"$FOLDER/asked"; echo "Successful requests:                     7         "',
      );
      equal(status, 0);
      const read = vllmBenchmark.progressReader(vllmBenchmark.stages(profileOf({ "max-concurrency": [1, 2, 4] })));
      const told = lines.map(read).filter((one) => one !== null);
      deepEqual(
        told.map(({ stage, name, ok }) => [stage, name, ok]),
        [1, 2, 4].flatMap((concurrency, i) => [0, 7].map((done) => [i + 1, `concurrency ${concurrency}`, done])),
      );
      equal(
        readFileSync(join(folder, "asked"), "utf8").match(/bench serve .* --result-filename load-\d\.json/g)?.length,
        3,
      );
      match(readFileSync(join(folder, "results/vllm-version.txt"), "utf8"), /^0\.26\.0$/m);
    });

    it("stops at the first load that fails, with its exit code", () => {
      const { status, lines } = run('case "$*" in *load-1.json*) exit 7;; esac');
      equal(status, 7);
      ok(lines.some((line) => line.includes("load 2 of 3")) && !lines.some((line) => line.includes("load 3 of 3")));
    });
  });
});
