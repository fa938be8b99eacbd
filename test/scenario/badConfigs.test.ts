import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { dump } from "js-yaml";
import { rawFromPulumi, rawFromStackFile } from "../../scenario/config.ts";
import { parseScenario } from "../../scenario/parse.ts";
import { ScenarioError } from "../../scenario/userError.ts";
import { workloadOf } from "../../workloads/index.ts";
import type { BadConfig } from "./badConfigs/badConfig.ts";
import { badConfigs } from "./badConfigs/index.ts";

const golden = new URL("../golden/bad-configs.txt", import.meta.url);

describe("configurations that must be refused", () => {
  const messages = badConfigs.map((bad) => [bad.name, refusal(bad).message] as const);

  it("are at least 100, 40 of them by the combination of keys, each with a name of its own", () => {
    assert.ok(badConfigs.length >= 100, String(badConfigs.length));
    assert.ok(badConfigs.filter(({ crossKey }) => crossKey).length >= 40);
    assert.equal(new Set(badConfigs.map(({ name }) => name)).size, badConfigs.length);
  });

  for (const bad of badConfigs) {
    it(`${bad.name}: one clear problem`, () => {
      const error = refusal(bad);
      assert.equal(error.problems.length, 1, error.message);
      const [problem] = error.problems;
      assert.match(error.message, /^(Pulumi\.bad\.yaml|workloads\/profiles\/[\w/.-]+): [^\n]+\.( [^\n]+)?[.?]?$/);
      assert.ok(error.message.includes(`${problem!.key} is `), "names the key");
      assert.ok(problem!.next.length > 3 && problem!.reason.length > 3);
      assert.ok(!error.message.includes("undefined"), error.message);
      assert.ok(!/\n\s+at /.test(String(error.stack)), "no stack trace");
      assert.ok(!/not_a_real_token|abcdefgh|me:secret|key=secret/.test(error.message), "no secret");
    });
  }

  it("say the same when the configuration comes through Pulumi, where every value is text", () => {
    for (const bad of badConfigs) {
      const texts = Object.entries({ ...bad.values, ...bad.secrets }).map(([key, value]) => [
        `llm-bench:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
      ]);
      const raw = rawFromPulumi(Object.fromEntries(texts) as Record<string, string>);
      const message = thrown(() => workloadOf(parseScenario(raw, { stack: "bad", file: "Pulumi.bad.yaml" }))).message;
      // Types of single values are lost on the way: a number in a text key arrives as text and is refused as such.
      if (bad.crossKey) assert.equal(message, refusal(bad).message, bad.name);
    }
  });

  it("give the messages of the golden file (UPDATE_GOLDEN=1 writes it: read every line)", () => {
    const text = messages.map(([name, message]) => `# ${name}\n${message}\n`).join("\n");
    if (process.env.UPDATE_GOLDEN) writeFileSync(golden, text);
    assert.equal(text, readFileSync(golden, "utf8"));
  });
});

/** The error of a stack file with these values; fails when the configuration is accepted. */
function refusal({ values, secrets }: BadConfig): ScenarioError {
  const apiKeys = Object.fromEntries(Object.keys(secrets.apiKeys ?? {}).map((name) => [name, { secure: "AAAB" }]));
  const config = {
    ...values,
    ...(secrets.hfToken ? { hfToken: { secure: "AAAB" } } : {}),
    ...(secrets.clusterToken ? { clusterToken: { secure: "AAAC" } } : {}),
    ...(secrets.apiKeys ? { apiKeys } : {}),
  };
  const entries = Object.entries(config).map(([key, value]) => [`llm-bench:${key}`, value]);
  const raw = rawFromStackFile(dump({ config: Object.fromEntries(entries) }, { skipInvalid: true }));
  return thrown(() => workloadOf(parseScenario(raw, { stack: "bad", file: "Pulumi.bad.yaml" })));
}

function thrown(work: () => unknown): ScenarioError {
  try {
    work();
  } catch (error) {
    if (error instanceof ScenarioError) return error;
    throw error;
  }
  return assert.fail("the configuration was accepted");
}
