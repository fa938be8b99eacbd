import { deepEqual, equal, match, ok } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load } from "js-yaml";
import { inferencePerf } from "../../../workloads/adapters/inferencePerf.ts";
import type { InferencePerfProfile } from "../../../workloads/adapters/inferencePerfSchema.ts";

const profiles = "workloads/profiles/inference-perf";
const tokens = (text: string) => text.replaceAll(/REPLACE_ENV_\w+/g, "some-value");
const read = (name: string) => load(tokens(readFileSync(join(profiles, name), "utf8"))) as Record<string, unknown>;
const check = (values: unknown) => inferencePerf.schema.parse(values) as InferencePerfProfile;
const problems = (values: unknown) =>
  (inferencePerf.schema.safeParse(values).error?.issues ?? []).map(
    ({ path, message }) => `${path.join(".")}: ${message}`,
  );
const request = (profile: InferencePerfProfile, apiKeyEnv: string | null) => ({
  profile,
  endpoint: { url: "http://engine:8000", servedModel: "served", apiKeyEnv },
  tokenizer: "org/tokenizer",
  seed: 42,
  runId: "run",
  configFolder: "/config",
  resultsFolder: "/results",
});

describe("inference-perf's adapter", () => {
  for (const name of readdirSync(profiles))
    it(`takes profile ${name}`, () => {
      const { values, warnings } = inferencePerf.modernise!(read(name));
      const profile = check(values);
      ok(inferencePerf.stages(profile).length > 0);
      ok(warnings.every((warning) => !warning.includes("read as")));
    });

  it("has the profiles of the documents with their lengths and rates", () => {
    const longest = (name: string) => inferencePerf.longest(check(read(`${name}.yaml.in`)));
    deepEqual(longest("sanity_random"), { input: 100, output: 100 });
    deepEqual(longest("chatbot_synthetic"), { input: 8192, output: 2048 });
    deepEqual(longest("shared_prefix_synthetic"), { input: 2304, output: 256 });
    const stages = inferencePerf.stages(check(read("summarization_synthetic.yaml.in")));
    deepEqual(
      stages.map(({ seconds }) => seconds),
      [120, 120, 120, 120],
    );
    deepEqual(
      stages.map(({ name }) => name.split(",")[0]),
      ["constant 1/s", "constant 2/s", "constant 4/s", "constant 8/s"],
    );
  });

  it("reads std as std_dev and says what it used to do", () => {
    const old = read("sanity_random.yaml.in") as { data: Record<string, Record<string, unknown>> };
    const { std_dev, ...lengths } = old.data.input_distribution!;
    old.data.input_distribution = { ...lengths, std: std_dev };
    match(problems(old).join(), /Unrecognized key: "std"/);
    const { values, warnings } = inferencePerf.modernise!(old);
    match(warnings[0]!, /data\.input_distribution\.std is read as std_dev 10\..*default of 200/);
    equal(check(values).data.input_distribution!.std_dev, 10);
  });

  it("refuses what the tool would ignore, or stop at when it runs", () => {
    const profile = read("sanity_random.yaml.in") as Record<string, Record<string, unknown>>;
    match(
      problems({ ...profile, api: { type: "chat" } }).join(),
      /api\.type: data of type random goes by api\.type completion only/,
    );
    match(problems({ ...profile, lod: {} }).join(), /"lod"/);
    match(problems({ ...profile, load: { type: "constant", stages: [] } }).join(), /nothing is sent/);
    match(
      problems({ ...profile, data: { type: "random" } }).join(),
      /input_distribution: data of type random needs it/,
    );
    const mean = { ...profile.data, input_distribution: { min: 10, max: 20, mean: 50 } };
    match(problems({ ...profile, data: mean }).join(), /mean: it is outside min to max/);
    match(
      problems({ ...profile, server: { ...profile.server, api_key: "sk-1" } }).join(),
      /no secret may be: use apiKeys/,
    );
    match(problems({ ...profile, tokenizer: { token: "hf_1" } }).join(), /no secret may be: set HF_TOKEN/);
  });

  it("renders the run's own endpoint, folder and seed, with request rows on", () => {
    const profile = check(read("sanity_random.yaml.in"));
    const { files, command, apiKeyEnv } = inferencePerf.render(request(profile, null));
    deepEqual(command, ["inference-perf", "--config_file", "/config/config.yml"]);
    equal(apiKeyEnv, null);
    const config = load(files["config.yml"]!) as Record<string, Record<string, unknown>>;
    deepEqual(config.server, { type: "vllm", model_name: "served", base_url: "http://engine:8000", ignore_eos: true });
    deepEqual(config.storage, { local_storage: { path: "/results" } });
    equal(config.load!.base_seed, 42);
    equal((config.report!.request_lifecycle as Record<string, unknown>).per_request, true);
    deepEqual(problems(config), []);
  });

  it("finds the interpreter of the tool to start it with a key that no file holds", () => {
    const profile = check(read("sanity_random.yaml.in"));
    const { files, command, apiKeyEnv } = inferencePerf.render(request(profile, "ENGINE_KEY"));
    equal(apiKeyEnv, "OPENAI_API_KEY");
    deepEqual(command, ["sh", "/config/start.sh", "inference-perf", "--config_file", "/config/config.yml"]);
    const folder = mkdtempSync(join(tmpdir(), "llmbench-start-"));
    try {
      for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
      writeFileSync(join(folder, "mypython"), '#!/bin/sh\necho "started: $@"\n', { mode: 0o755 });
      // Short paths stand in the first line, long ones in the second.
      for (const head of [`#!${folder}/mypython`, `#!/bin/sh\n'''exec' "${folder}/mypython" "$0" "$@"\n' '''`]) {
        writeFileSync(join(folder, "inference-perf"), `${head}\nimport sys\n`, { mode: 0o755 });
        const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
        const args = [join(folder, "start.sh"), "inference-perf", "--config_file", "c.yml"];
        equal(execFileSync("sh", args, { env, encoding: "utf8" }), `started: ${folder}/start.py --config_file c.yml\n`);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("reads progress from the tool's log", () => {
    const profile = check(
      inferencePerf.profileOf({ inputTokens: 8, outputTokens: 4, concurrency: [1, 2], requests: 5 }),
    );
    const stages = inferencePerf.stages(profile);
    deepEqual(
      stages.map(({ name, requests }) => [name, requests]),
      [
        ["concurrency 1", 5],
        ["concurrency 2", 5],
      ],
    );
    const next = inferencePerf.progressReader(stages);
    const log = "2026-11-22 12:42:35,384 - inference_perf.loadgen.load_generator - INFO - Stage";
    const seen = [
      `${log} 0 - run started`,
      "other",
      `${log} 0 - run completed`,
      `${log} 1 - run started`,
      `${log} 1 - run completed`,
    ];
    deepEqual(
      seen.map(next).map((progress) => progress && [progress.phase, progress.stage, progress.name]),
      [
        ["stage", 1, "concurrency 1"],
        null,
        ["draining", 1, "concurrency 1"],
        ["stage", 2, "concurrency 2"],
        ["done", 2, "concurrency 2"],
      ],
    );
  });
});
