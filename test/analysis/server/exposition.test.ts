import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parseExposition } from "../../../analysis/server/exposition.ts";

const data = join(import.meta.dirname, "..", "..", "data", "server-metrics");
const escaped = (text: string) => text.replace(/[\\"\n]/g, (c) => (c === "\n" ? "\\n" : `\\${c}`));

describe("parseExposition", () => {
  const good: [string, unknown][] = [
    ["up 1", { name: "up", labels: {}, value: 1 }],
    ['a{b="}{,=\\"\\\\\\n"} 2.5e+06', { name: "a", labels: { b: '}{,="\\\n' }, value: 2.5e6 }],
    ['a{b="1",c="2",} .5 1395066363000', { name: "a", labels: { b: "1", c: "2" }, value: 0.5 }],
    ['a { b = "1" , c="2" }\t-3', { name: "a", labels: { b: "1", c: "2" }, value: -3 }],
    [
      'a_bucket{le="+Inf"} 9 # {trace_id="x} 7"} 0.67 1520879607.789',
      { name: "a_bucket", labels: { le: "+Inf" }, value: 9 },
    ],
    ['{"my.metric", "a.b"="c"} 1', { name: "my.metric", labels: { "a.b": "c" }, value: 1 }],
    ["a{}1", { name: "a", labels: {}, value: 1 }],
    ["a +Inf", { name: "a", labels: {}, value: Number.POSITIVE_INFINITY }],
    ["a -Inf", { name: "a", labels: {}, value: Number.NEGATIVE_INFINITY }],
    ["a NaN", { name: "a", labels: {}, value: Number.NaN }],
  ];
  for (const [line, sample] of good) {
    it(`reads ${line}`, () => assert.deepEqual(parseExposition(`# HELP a b\n${line}\r\n`), [sample]));
  }

  for (const line of [
    "",
    "# EOF",
    "a",
    "a{",
    'a{b="1"',
    'a{b="1" 2',
    "a x",
    "a 0x10",
    "a{} ",
    "{} 1",
    'a{b="1"} 1_0',
  ]) {
    it(`leaves out ${JSON.stringify(line)}`, () => assert.deepEqual(parseExposition(line), []));
  }

  it("gives back any labels and value that were written", () => {
    const labels = fc.dictionary(fc.stringMatching(/^[a-z_]\w{0,5}$/), fc.string({ unit: "binary" }), { maxKeys: 4 });
    fc.assert(
      fc.property(labels, fc.double({ noNaN: true }), (given, value) => {
        const list = Object.entries(given).map(([name, text]) => `${name}="${escaped(text)}"`);
        const [read] = parseExposition(`m{${list.join(",")}} ${value === Infinity ? "+Inf" : value}`);
        assert.deepEqual({ ...read?.labels }, { ...given });
        assert.equal(read?.value, value + 0);
      }),
    );
  });

  it("reads a series that it knows as it reads a new one", () => {
    const endings = [" 7", "7", "\t7 1395066363000", ' 7 # {t="}"} 1', " x", "", '{a="b"} 1', ' # {c="d"} 1', "}"];
    for (const series of ['s{a="}"}', 't{a="b",}', 'u{a="{"}']) {
      const fresh = endings.map((ending, i) => parseExposition(series.replace("a=", `a${i}=`) + ending)[0]?.value);
      parseExposition(`${series} 1`);
      assert.deepEqual(
        endings.map((ending) => parseExposition(series + ending)[0]?.value),
        fresh,
      );
    }
  });

  it("reads every sample of a page of a real vLLM", () => {
    const page = readFileSync(join(data, "vllm-0.32.0.prom"), "utf8");
    const lines = page.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    const samples = parseExposition(page);
    assert.equal(samples.length, lines.length);
    assert.ok(
      samples.every(
        ({ name, labels }) =>
          !name.startsWith("vllm:") || labels.model_name !== undefined || labels.engine !== undefined,
      ),
    );
  });
});
