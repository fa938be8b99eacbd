import assert from "node:assert/strict";
import type { HarnessRequest } from "../../../workloads/adapter.ts";
import { guidellm } from "../../../workloads/adapters/guidellm.ts";
import { modernise } from "../../../workloads/adapters/guidellmFlat.ts";
import type { GuidellmProfile } from "../../../workloads/adapters/guidellmSchema.ts";
import { loadForeignProfile } from "../../../workloads/index.ts";
import { profileNames } from "../../../workloads/profileFile.ts";

const templateValues = {
  LLMDBENCH_DEPLOY_CURRENT_MODEL: "some/model",
  LLMDBENCH_HARNESS_STACK_ENDPOINT_URL: "http://engine:8000",
};
const load = (profile: string, overrides: Record<string, unknown> = {}) =>
  loadForeignProfile(guidellm, { profile, overrides, file: "Pulumi.x.yaml", templateValues });
const request = (profile: GuidellmProfile, apiKeyEnv: string | null = null): HarnessRequest<GuidellmProfile> => ({
  profile,
  endpoint: { url: "http://engine:8000", servedModel: "served", apiKeyEnv },
  tokenizer: "/models/tokenizer",
  seed: 5,
  runId: "r",
  configFolder: "/workload",
  resultsFolder: "/results",
});

describe("guidellm as a harness", () => {
  it("all its profiles pass its schema and have loads and lengths", () => {
    const names = profileNames("guidellm");
    for (const needed of ["sanity_concurrent", "sanity_random", "summarization_synthetic", "concurrency-sweep"])
      assert.ok(names.includes(needed), needed);
    for (const name of names) {
      const { profile, warnings } = load(name);
      assert.deepEqual(warnings, []);
      assert.ok(guidellm.stages(profile).length > 0, name);
      assert.ok(guidellm.longest(profile)!.input > 0, name);
    }
  });

  it("loads, with the overrides of each benchmark", () => {
    assert.deepEqual(guidellm.stages(load("multi-turn").profile).slice(0, 2), [
      { name: "concurrency 32", seconds: null, requests: 320 },
      { name: "concurrency 64", seconds: null, requests: 640 },
    ]);
    assert.deepEqual(guidellm.longest(load("multi-turn").profile), { input: 10_000 + 5 * 128 + 4 * 128, output: 128 });
    assert.deepEqual(
      guidellm.stages(load("sanity_random", { "spec.profile.rate": [1, 2.5] }).profile).map(({ name }) => name),
      ["constant 1/s", "constant 2.5/s"],
    );
  });

  it("the first entry's values are the others' too, as the tool has it; the longest is of all", () => {
    const benchmarks = [
      { "profile.streams": 2, "constraints[0].count": 20 },
      { "profile.streams": 4, "data[0].prompt_tokens": 300_000 },
      null,
    ];
    const { profile } = load("sanity_concurrent", { benchmarks, "spec.constraints": [{ kind: "max_requests" }] });
    assert.deepEqual(
      guidellm.stages(profile).map(({ name, requests }) => [name, requests]),
      [
        ["concurrency 2", 20],
        ["concurrency 4", 20],
        ["concurrency 2", 20],
      ],
    );
    assert.equal(guidellm.longest(profile)!.input, 300_000);
  });

  it("entries of benchmarks are checked where they lead to; none of another target, key or output", () => {
    const entry = (changes: Record<string, unknown>) => () =>
      load("sanity_concurrent", { benchmarks: [null, changes] });
    for (const path of ["backend.api_key", "backend.target", "backend", "outputs", "outputs[0].path"])
      assert.throws(entry({ [path]: "sk-1" }), (error: Error) => {
        assert.match(error.message, /workloadOverrides\["benchmarks"\]\[1\] .*(apiKeys|outputs are ours)/);
        return true;
      });
    assert.throws(entry({ "backend.api_key": "sk-1" }), (error: Error) => !error.message.includes("sk-1"));
    assert.throws(
      entry({ "profil.streams": 8 }),
      /spec\.profil is wrong \(there is no such setting: Did you mean profile\?\)/,
    );
    assert.throws(entry({ "profile.stream": 8 }), /spec\.profile\.stream is wrong .*streams/);
    assert.throws(entry({ "data[0].prompt_tokens": "many" }), /spec\.data\[0\]\.prompt_tokens is wrong/);
    for (const path of ["__proto__.x", " backend.target", "data.0.prompt_tokens", "data[99999999].kind", ""])
      assert.throws(entry({ [path]: 1 }), /is no path under spec|is wrong/, path);
    assert.equal(({} as Record<string, unknown>).x, undefined);
  });

  it("the config is of this run, whatever the profile says; no key in it", () => {
    const { files, command, apiKeyEnv } = guidellm.render(request(load("sanity_concurrent").profile, "KEY"));
    const { spec } = JSON.parse(files["scenario.json"]!);
    assert.deepEqual([spec.backend.target, spec.backend.model], ["http://engine:8000", "served"]);
    assert.deepEqual([spec.tokenizer.model, spec.seed.value, spec.profile.streams], ["/models/tokenizer", 5, 2]);
    assert.deepEqual(spec.outputs, [{ kind: "json", path: "/results/benchmarks.json" }]);
    assert.equal(apiKeyEnv, "GUIDELLM__SPEC__BACKEND__API_KEY");
    assert.deepEqual(command.slice(0, 4), ["guidellm", "run", "--scenario", "/workload/scenario.json"]);
    assert.equal(guidellm.render(request(load("sanity_concurrent").profile)).apiKeyEnv, null);
  });

  it("an unknown key is an error that names the nearest; a key is refused", () => {
    assert.throws(
      () => load("sanity_concurrent", { "spec.data": [{ kind: "synthetic_text", prompt_token: 1 }] }),
      /prompt_tokens/,
    );
    assert.throws(() => load("sanity_concurrent", { "spec.backend.api_key": "sk-1" }), /no secret/);
  });

  it("flat settings of 0.6 and before are put right, with a warning", () => {
    const { values, warnings } = modernise({
      target: "http://engine:8000",
      model: "some/model",
      "rate-type": "concurrent",
      rate: "1,2",
      "max-seconds": 30,
      data: "prompt_tokens=256,output_tokens=128",
    });
    assert.equal(warnings.length, 1);
    const profile = guidellm.schema.parse(values);
    assert.deepEqual(guidellm.stages(profile), [
      { name: "concurrency 1", seconds: 30, requests: null },
      { name: "concurrency 2", seconds: 30, requests: null },
    ]);
    assert.deepEqual(guidellm.longest(profile), { input: 256, output: 128 });
    const object = modernise({
      target: "http://e",
      profile: "concurrent",
      rate: [1, 5],
      max_seconds: 300,
      data_request_formatter: "text_completions",
      data: { prompt_tokens: 256, output_tokens: 256 },
    });
    assert.equal(guidellm.schema.parse(object.values).spec.backend!.request_format, "/v1/completions");
    // A key without a place is left for the check to name.
    const odd = guidellm.schema.safeParse(
      modernise({ target: "http://e", rate: 1, data: "prompt_tokens=1", odd: 1 }).values,
    );
    assert.equal(odd.success, false);
  });

  it("the common load and its progress", () => {
    const common = guidellm.profileOf({ inputTokens: 64, outputTokens: 16, concurrency: [1, 4], requests: 6 });
    const stages = guidellm.stages(guidellm.schema.parse(common));
    assert.deepEqual(
      stages.map(({ name, requests }) => [name, requests]),
      [
        ["concurrency 1", 6],
        ["concurrency 4", 6],
      ],
    );
    const read = guidellm.progressReader(stages);
    assert.equal(read("✔ Finalizer resolved"), null);
    assert.equal(read("✔ Setup complete, starting benchmarks...")!.phase, "stage");
    assert.equal(read("✔ Benchmarking complete, generated 2 benchmark(s)")!.phase, "done");
  });
});
