import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { allManifests, manifestYaml } from "../../manifests/allManifests.ts";
import { bundles, clusterStacks, fixedRuns, readStack } from "./stacks.ts";

const folder = new URL("../golden/manifests/", import.meta.url);

describe("golden manifests", () => {
  it("are there for every stack and no other", () => {
    if (process.env.UPDATE_GOLDEN) return;
    const expected = clusterStacks.map((stack) => `${stack}.yaml`).sort();
    assert.deepEqual(readdirSync(folder).sort(), expected);
  });

  for (const stack of clusterStacks)
    it(`${stack} is what was reviewed (UPDATE_GOLDEN=1 writes it: read every line)`, () => {
      const scenario = readStack(stack);
      const files = allManifests(scenario, fixedRuns(scenario), bundles);
      const text = manifestYaml(files.map(({ object }) => object));
      const golden = new URL(`${stack}.yaml`, folder);
      if (process.env.UPDATE_GOLDEN) writeFileSync(golden, text);
      assert.equal(text, readFileSync(golden, "utf8"));
    });
});
