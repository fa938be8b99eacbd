import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { carried, groups } from "../../../scenario/llmdBenchmark/carriers.ts";
import { variableTables } from "../../../scenario/llmdBenchmark/variableTable.ts";
import { configSchema } from "../../../scenario/schema.ts";

const file = join(import.meta.dirname, "../../../docs/llm-d-benchmark.md");

describe("docs/llm-d-benchmark.md", () => {
  for (const [name, table] of Object.entries(variableTables))
    it(`has the table "${name}" as the converter goes by it (UPDATE_GOLDEN=1 writes it)`, () => {
      const part = new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- /${name} -->)`);
      const text = readFileSync(file, "utf8");
      const made = text.replace(part, (_, open: string, close: string) => `${open}${table()}\n${close}`);
      if (process.env.UPDATE_GOLDEN) writeFileSync(file, made);
      assert.match(text, part);
      assert.equal(readFileSync(file, "utf8"), made);
    });

  it("names each variable once", () => {
    assert.deepEqual(
      carried.filter((name, i) => carried.indexOf(name) !== i),
      [],
    );
  });

  it("names keys that a stack file has", () => {
    const keys = groups.flatMap(({ carriers }) => carriers.flatMap(({ key }) => key.split(", ")));
    for (const key of keys) assert.ok(key.split(".")[0]! in configSchema.shape, key);
  });
});
