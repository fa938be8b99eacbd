import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { allManifests, manifestYaml } from "../../manifests/allManifests.ts";
import { llmdScenario, llmdScenarios } from "../scenario/llmdScenarios.ts";
import { bundles } from "./stacks.ts";

const folder = new URL("../golden/llmd/", import.meta.url);

describe("golden manifests of llm-d, releases with their values", () => {
  it("are there for every scenario and no other", () => {
    if (process.env.UPDATE_GOLDEN) return;
    const expected = Object.keys(llmdScenarios).map((name) => `${name}.yaml`);
    assert.deepEqual(readdirSync(folder).sort(), expected.sort());
  });

  for (const [name, values] of Object.entries(llmdScenarios))
    it(`${name} is what was reviewed (UPDATE_GOLDEN=1 writes it: read every line)`, () => {
      const scenario = llmdScenario(values);
      // Without runs: a load generator is the same before any engine, and the other goldens have it.
      const files = allManifests(scenario, [], bundles);
      const text = manifestYaml(files.map(({ object }) => object));
      const golden = new URL(`${name}.yaml`, folder);
      if (process.env.UPDATE_GOLDEN) writeFileSync(golden, text);
      assert.equal(text, readFileSync(golden, "utf8"));
    });
});
