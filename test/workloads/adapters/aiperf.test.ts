import assert from "node:assert/strict";
import type { HarnessRequest } from "../../../workloads/adapter.ts";
import { aiperf } from "../../../workloads/adapters/aiperf.ts";
import type { AiperfProfile } from "../../../workloads/adapters/aiperfSchema.ts";
import { loadForeignProfile } from "../../../workloads/index.ts";
import { profileNames } from "../../../workloads/profileFile.ts";

const templateValues = {
  LLMDBENCH_DEPLOY_CURRENT_MODEL: "some/model",
  LLMDBENCH_HARNESS_STACK_ENDPOINT_URL: "http://engine:8000",
};
const load = (profile: string, overrides: Record<string, unknown> = {}) =>
  loadForeignProfile(aiperf, { profile, overrides, file: "Pulumi.x.yaml", templateValues }).profile;
const request = (profile: AiperfProfile, apiKeyEnv: string | null = null): HarnessRequest<AiperfProfile> => ({
  profile,
  endpoint: { url: "http://engine:8000", servedModel: "served", apiKeyEnv },
  tokenizer: "/models/tokenizer",
  seed: 5,
  runId: "r",
  configFolder: "/workload",
  resultsFolder: "/results",
});
const config = (profile: AiperfProfile, apiKeyEnv: string | null = null) =>
  JSON.parse(aiperf.render(request(profile, apiKeyEnv)).files["aiperf.yaml"]!);

describe("aiperf as a harness", () => {
  it("all its profiles pass its schema and have loads and lengths", () => {
    const names = profileNames("aiperf");
    assert.deepEqual(names, ["concurrency-sweep", "synthetic"]);
    for (const name of names) {
      assert.ok(aiperf.stages(load(name)).length > 0, name);
      assert.ok(aiperf.longest(load(name))!.input > 0, name);
    }
  });

  it("the flags of the documents' profile become the config that aiperf itself makes of them", () => {
    const { benchmark, randomSeed, sweep } = config(load("synthetic"));
    assert.equal(randomSeed, 5045);
    assert.equal(sweep, undefined);
    assert.equal(benchmark.model, "served");
    assert.deepEqual(benchmark.endpoint, {
      url: "http://engine:8000",
      type: "chat",
      streaming: true,
      use_server_token_count: true,
      extra: { ignore_eos: true },
    });
    assert.equal(benchmark.dataset.entries, 500);
    assert.deepEqual(benchmark.dataset.prompts, { isl: { mean: 1000, stddev: 0 }, osl: { mean: 200, stddev: 0 } });
    assert.deepEqual(benchmark.phases, [{ name: "profiling", type: "concurrency", concurrency: 16, requests: 500 }]);
    assert.deepEqual(benchmark.tokenizer, { name: "/models/tokenizer", trust_remote_code: true });
    assert.deepEqual(benchmark.artifacts, { dir: "/results" });
    assert.deepEqual([benchmark.server_metrics.enabled, benchmark.gpu_telemetry.enabled], [false, false]);
  });

  it("lists are sweeps, whether lists or text; warm-up is a phase of its own", () => {
    const sweep = config(load("concurrency-sweep", { concurrency: "1,2" }));
    assert.deepEqual(sweep.sweep, { type: "grid", parameters: { concurrency: [1, 2] } });
    assert.deepEqual(
      sweep.benchmark.phases.map(({ name }: { name: string }) => name),
      ["warmup", "profiling"],
    );
    const rates = aiperf.schema.parse({
      "request-rate": [1, 2.5],
      "request-rate-mode": "constant",
      "request-count": 9,
    });
    assert.deepEqual(config(rates).sweep.parameters, { rate: [1, 2.5] });
    assert.deepEqual(aiperf.stages(rates), [
      { name: "constant 1/s", seconds: null, requests: 9 },
      { name: "constant 2.5/s", seconds: null, requests: 9 },
    ]);
  });

  it("no load and no repetition has the prompts of another", () => {
    const sweep = load("concurrency-sweep");
    const first = (seed: number): number =>
      JSON.parse(aiperf.render({ ...request(sweep), seed }).files["aiperf.yaml"]!).randomSeed;
    // aiperf's load N has the seed plus N.
    assert.ok(first(6) - first(5) > aiperf.stages(sweep).length);
    assert.ok(first(2 ** 32 - 1) < 2 ** 32);
    assert.equal(config(aiperf.schema.parse({ ...sweep, "random-seed": 7 })).randomSeed, 7);
  });

  it("a load with a duration says how many prompts it has; 100 would come over and over", () => {
    assert.equal(config(load("concurrency-sweep")).benchmark.dataset.entries, 4000);
    const warmed = aiperf.schema.parse({ concurrency: 8, "request-count": 50, "warmup-request-count": 10 });
    assert.equal(config(warmed).benchmark.dataset.entries, 60);
    const timed = { concurrency: 8, "benchmark-duration": 30 };
    const refused = aiperf.schema.safeParse(timed);
    assert.match(refused.error!.issues[0]!.message, /same 100 prompts/);
    assert.deepEqual(refused.error!.issues[0]!.path, ["benchmark-duration"]);
    for (const more of [{ "num-dataset-entries": 900 }, { "request-count": 900 }, { "input-file": "/data/a.jsonl" }])
      assert.ok(aiperf.schema.safeParse({ ...timed, ...more }).success, JSON.stringify(more));
  });

  it("the key is named, not written", () => {
    const { files, command, apiKeyEnv } = aiperf.render(request(load("synthetic"), "KEY"));
    assert.equal(JSON.parse(files["aiperf.yaml"]!).benchmark.endpoint.api_key, ["$", "{OPENAI_API_KEY}"].join(""));
    assert.equal(apiKeyEnv, "OPENAI_API_KEY");
    assert.deepEqual(command, ["aiperf", "profile", "--config", "/workload/aiperf.yaml"]);
    assert.equal(config(load("synthetic")).benchmark.endpoint.api_key, undefined);
  });

  it("an unknown flag is an error that names the nearest; a load needs an end", () => {
    assert.throws(() => load("synthetic", { "isl-std": 3 }), /isl-stddev/);
    assert.equal(aiperf.schema.safeParse({ concurrency: 1 }).success, false);
    assert.equal(aiperf.schema.safeParse({ "request-count": 1 }).success, false);
  });

  it("the common load and its progress", () => {
    const common = aiperf.profileOf({ inputTokens: 64, outputTokens: 16, concurrency: [1, 4], requests: 6 });
    const stages = aiperf.stages(aiperf.schema.parse(common));
    const read = aiperf.progressReader(stages);
    const line = (text: string) => read(`12:54:13.296 NOTICE   Phase ${text} (runner.py:559)`)!;
    assert.equal(read("12:54:17.161 INFO     Executing"), null);
    assert.equal(line("profiling (profiling) started | phase_index=1 | target: 6 requests").name, "concurrency 1");
    const end = line("profiling (profiling) complete | completed=6, cancelled=0, errors=1 | elapsed=0.58s");
    assert.deepEqual([end.phase, end.stage, end.ok, end.failed], ["stage", 1, 5, 1]);
    assert.equal(line("warmup (warmup) started | target: 2 requests").phase, "warmup");
    assert.equal(line("profiling (profiling) started | target: 6 requests").stage, 2);
    assert.equal(line("profiling (profiling) complete | completed=6, cancelled=0, errors=0").phase, "done");
  });
});
