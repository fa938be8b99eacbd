import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { carried } from "../../../scenario/llmdBenchmark/carriers.ts";
import { convert } from "../../../scenario/llmdBenchmark/convert.ts";
import { whyWithoutMeaning } from "../../../scenario/llmdBenchmark/withoutMeaning.ts";
import { parseScenario } from "../../../scenario/parse.ts";
import { profileNames } from "../../../workloads/index.ts";

/** Folder with llm-d-benchmark at any tag up to v0.5.2, or with several such folders. Its files are not part of this project. */
const checkout = process.env.LLMBENCH_TEST_LLMD_BENCHMARK;

/** Of v0.2.0, what is wrong with a scenario, or not to be had here; all others parse. */
const refused: Readonly<Record<string, RegExp>> = {
  "ocp_H100_standalone_llama-70b": /llama-70b needs .* on each GPU/,
  "ocp_H100_modelservice_llama-70b": /llama-70b needs .* on each GPU/,
};

describe("the scenarios of llm-d-benchmark itself", () => {
  const files = (pattern: RegExp) =>
    readdirSync(checkout!, { recursive: true, encoding: "utf8" })
      .filter((file) => pattern.test(file))
      .map((file) => join(checkout!, file));
  before(function () {
    if (!checkout || !existsSync(checkout)) this.skip();
  });

  it("are converted, and each of their variables is known", () => {
    const scripts = files(/(^|\/)scenarios\/.*\.sh$/);
    assert.ok(scripts.length > 0);
    // Slips of the files themselves, and engine variables of the wide expert-parallel scenario that are named freely.
    const slips = /PREFIIL|VLLM_COMMON_SHM$/;
    for (const file of scripts) {
      const { rows } = converted(file);
      const unknown = rows.filter(({ why, variable }) => why.startsWith("no version") && !slips.test(variable ?? ""));
      assert.deepEqual(unknown, [], file);
    }
  });

  it("of v0.2.0 parse, but for those that are wrong or name a GPU outside the catalogue", function () {
    const scripts = files(/(^|\/)scenarios\/(gke|ocp|kubernetes)_[^/]*\.sh$/).filter(
      (file) => !file.match(/\/v0\.(?!2\.0)/),
    );
    if (!scripts.some((file) => file.includes("1P_3D"))) this.skip();
    for (const file of scripts) {
      const parse = () =>
        parseScenario(
          { values: converted(file).config, hasHfToken: true, hasClusterToken: false, apiKeyNames: [] },
          { stack: "s", file: "Pulumi.s.yaml" },
        );
      const expected = refused[basename(file, ".sh")];
      if (expected) assert.throws(parse, expected, file);
      else assert.doesNotThrow(parse, file);
    }
  });

  it("knows every variable that setup/env.sh sets", () => {
    for (const file of files(/(^|\/)setup\/env\.sh$/)) {
      const names = [...readFileSync(file, "utf8").matchAll(/^\s*(?:export\s+)?LLMDBENCH_(\w+)=/gm)].map(
        ([, name = ""]) => name,
      );
      assert.deepEqual(
        names.filter((name) => !carried.includes(name) && whyWithoutMeaning(name) === null),
        [],
        file,
      );
    }
  });
});

const converted = (file: string) =>
  convert(readFileSync(file, "utf8"), {
    fileName: basename(file, ".sh"),
    platform: null,
    gpu: null,
    profilesOf: profileNames,
  });
