import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { load } from "js-yaml";
import { rawFromPulumi, rawFromStackFile } from "../../scenario/config.ts";
import { parseScenario } from "../../scenario/parse.ts";
import { fingerprint } from "../../scenario/runId.ts";
import { configSchema } from "../../scenario/schema.ts";
import { stackFileSchema, stackFileSchemaText } from "../../scenario/stackFileSchema.ts";
import { workloadOf } from "../../workloads/index.ts";

const root = new URL("../../", import.meta.url);
const text = (name: string) => readFileSync(new URL(name, root), "utf8");
/** Committed ones; people keep others of their own beside them. */
const stacks = "local engines gke-a100 gke-h100 ocp-a100 ocp-h100 ocp-h100-mig ocp-l40 kind-sim kind-llm-d".split(" ");
const files = stacks.map((stack) => `Pulumi.${stack}.yaml`);

describe("stack files", () => {
  it("switch model and method by one key", () => {
    for (const file of files.filter((name) => /gke|ocp/.test(name))) {
      const raw = { ...rawFromStackFile(text(file), file), hasHfToken: true };
      const changes = [{ model: "llama-3b" }, { model: "qwen3-8b" }, { method: "simulated" }];
      for (const change of changes) {
        const values = { ...raw.values, ...change };
        const [target] = parseScenario({ ...raw, values }, { stack: "x", file }).targets;
        assert.ok(target.method !== "existing" && target.method === (change.method ?? "standalone"));
        assert.equal(target.model.alias, change.model ?? raw.values.model);
      }
    }
  });

  it("of the matrix have the names that results will have", () => {
    const nameOf = (file: string) =>
      parseScenario({ ...rawFromStackFile(text(file)), hasHfToken: true }, { stack: "x", file }).name;
    assert.deepEqual(files.slice(2).map(nameOf), [
      ...["gke_a100-40_standalone_llama-3b", "gke_h100-80_standalone_llama-8b"],
      ...["ocp_a100-80_standalone_llama-3b", "ocp_h100-80_standalone_llama-70b"],
      "ocp_h100-80-mig-3g.40gb_standalone_llama-8b",
      "ocp_l40s_standalone_llama-8b",
      "kind_h100-80_simulated_llama-8b",
      "kind_h100-80_llm-d_llama-8b",
    ]);
  });

  for (const file of files) {
    it(`${file} parses, its workload too, and it names the schema for editors`, () => {
      const stack = file.slice("Pulumi.".length, -".yaml".length);
      const raw = { ...rawFromStackFile(text(file), file), hasHfToken: true };
      const scenario = parseScenario(raw, { stack, file });
      assert.equal(workloadOf(scenario).name, scenario.workload.profile);
      assert.ok(text(file).startsWith("# yaml-language-server: $schema=./schema/stack.schema.json\n"));
      assert.ok(!text(file).includes("encryptionsalt"), "a committed salt binds everyone to one passphrase");
    });
  }

  it("mean the same through Pulumi, with its defaults and everything as text, so that run ids agree", () => {
    const project = load(text("Pulumi.yaml")) as { config: Record<string, { default?: unknown }> };
    const asText = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
    for (const file of files) {
      const stack = load(text(file)) as { config: Record<string, unknown> };
      const defaults = Object.entries(project.config).map(([key, declared]) => [
        `llm-bench:${key}`,
        declared.default ?? "",
      ]);
      const all = { ...Object.fromEntries(defaults), ...stack.config, "llm-bench:hfToken": "hf_x" };
      const config = Object.fromEntries(Object.entries(all).map(([key, value]) => [key, asText(value)]));
      const source = { stack: "x", file };
      const direct = parseScenario({ ...rawFromStackFile(text(file)), hasHfToken: true }, source);
      assert.equal(fingerprint(parseScenario(rawFromPulumi(config), source)), fingerprint(direct));
    }
  });

  it("engines compares two simulated engines, the second 15 % slower, five times", () => {
    const raw = rawFromStackFile(text("Pulumi.engines.yaml"));
    const { targets, repetitions } = parseScenario(raw, { stack: "engines", file: "Pulumi.engines.yaml" });
    const slowdowns = targets.map(
      (target) => target.method === "simulated" && [target.name, target.simulator.slowdown],
    );
    assert.deepEqual(slowdowns, [
      ["engine-a", 1],
      ["engine-b", 1.15],
    ]);
    assert.equal(repetitions, 5);
  });
});

describe("Pulumi.yaml", () => {
  const { config } = load(text("Pulumi.yaml")) as {
    config: Record<string, { type: string; default?: unknown; secret?: boolean; description: string; value?: unknown }>;
  };
  // Keys with a namespace are settings of providers, not of ours.
  const project = { config: Object.fromEntries(Object.entries(config).filter(([key]) => !key.includes(":"))) };

  it("turns the default Kubernetes provider off: no object may follow the kubeconfig's current context", () => {
    assert.equal(config["kubernetes:strictMode"]?.value, "true");
  });

  it("declares the keys of the schema and the secrets, no others, each with a description", () => {
    const known = [...Object.keys(configSchema.shape), "hfToken", "clusterToken", "apiKeys"].sort();
    assert.deepEqual(Object.keys(project.config).sort(), known);
    for (const { description } of Object.values(project.config)) assert.ok(description.length > 10);
  });

  it("requires only platform: a key without a default is required in every stack, and secret: true refuses a default", () => {
    const required = Object.entries(project.config).filter(([, declaration]) => declaration.default === undefined);
    assert.deepEqual(
      required.map(([key]) => key),
      ["platform"],
    );
    assert.ok(Object.values(project.config).every(({ secret }) => secret === undefined));
  });
});

describe("schema of stack files", () => {
  it("is committed as the code makes it (npm run schema)", () => {
    assert.ok(text("schema/stack.schema.json") === stackFileSchemaText(), "out of date: npm run schema");
  });

  it("describes each key under the project's name, and takes encrypted secrets and other namespaces", () => {
    const { properties } = stackFileSchema() as {
      properties: { config: { properties: object; patternProperties: object } };
    };
    const keys = Object.keys(properties.config.properties);
    for (const key of [...Object.keys(configSchema.shape), "hfToken", "clusterToken", "apiKeys"])
      assert.ok(keys.includes(`llm-bench:${key}`), key);
    const [pattern] = Object.keys(properties.config.patternProperties);
    assert.ok(new RegExp(pattern!).test("gcp:project") && !new RegExp(pattern!).test("llm-bench:colour"));
  });
});
