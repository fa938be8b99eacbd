import { equal, ok } from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { wantedOfRow as wantedOfGuidellm } from "../../../analysis/import/guidellm/guidellmRows.ts";
import { wantedOfRow as wantedOfInferencePerf } from "../../../analysis/import/inferencePerf/inferencePerfRow.ts";
import { numberIn } from "../../../analysis/import/json/jsonScan.ts";
import { JsonShapes, onlyWanted, type Wanted } from "../../../analysis/import/json/jsonShapes.ts";

const data = join(import.meta.dirname, "../../data");

/** What both ways of reading say of a text: the value's JSON, so that -0 is -0 and no object is shared; null: no JSON. */
function bothOf(shapes: JsonShapes, text: string, wanted: Wanted): { quick: string | null; full: string | null } {
  // Something else follows in the file.
  const bytes = Buffer.from(`${text},`);
  const end = shapes.read(bytes, 0, bytes.length);
  const quick = end === bytes.length - 1 ? shown(shapes.value) : null;
  try {
    return { quick, full: shown(onlyWanted(JSON.parse(text), wanted)) };
  } catch {
    return { quick, full: null };
  }
}

function shown(value: unknown): string {
  return JSON.stringify(value, (_, one) => (Object.is(one, -0) ? "minus zero" : one));
}

describe("Shapes of JSON values that are alike", () => {
  const sources: [string, Wanted, (text: string) => string[]][] = [
    ["guidellm/vllm/benchmarks.json", wantedOfGuidellm, guidellmRows],
    ["guidellm/faults/benchmarks.json", wantedOfGuidellm, guidellmRows],
    ["inference-perf/conc-0.7.0/per_request_lifecycle_metrics.json", wantedOfInferencePerf, indentedRows],
    ["aiperf/vllm/profile_export.jsonl", true, (text) => text.trim().split("\n")],
    [
      "aiperf/faults/profile_export.jsonl",
      { metadata: true, metrics: { time_to_first_token: { value: true } }, error: true },
      (text) => text.trim().split("\n"),
    ],
  ];

  for (const [file, wanted, rowsOf] of sources) {
    it(`rows of ${file} are read as the parser reads them, most of them quickly`, async () => {
      const rows = rowsOf(await readFile(join(data, file), "utf8"));
      const shapes = new JsonShapes(wanted);
      let quickly = 0;
      for (const row of rows) {
        const { quick, full } = bothOf(shapes, row, wanted);
        if (quick === null) shapes.learn(row);
        else {
          equal(quick, full);
          quickly++;
        }
      }
      ok(quickly >= rows.length / 2, `${quickly} of ${rows.length}`);
    });

    it(`damaged rows of ${file} are left to the parser, or read as it reads them`, async () => {
      const rows = rowsOf(await readFile(join(data, file), "utf8"));
      const shapes = new JsonShapes(wanted);
      for (const row of rows) shapes.learn(row);
      let [quickly, broken] = [0, 0];
      // Not fc.double, most of whose numbers are next to 0: all damage would be in the first bytes.
      const at = fc.nat(999_999).map((millionths) => millionths / 1e6);
      const character = fc.constantFrom(...'0123456789-+.eE"\\{}[],: \n\u0001untf/éx');
      fc.assert(
        fc.property(fc.nat(rows.length - 1), at, fc.nat(2), character, (index, share, removed, put) => {
          const row = rows[index] as string;
          const from = Math.floor(share * row.length);
          const { quick, full } = bothOf(shapes, row.slice(0, from) + put + row.slice(from + removed), wanted);
          if (quick !== null) {
            equal(quick, full);
            quickly++;
          }
          if (full === null) broken++;
        }),
        { numRuns: 2000 },
      );
      ok(quickly > 10 && broken > 200, `${quickly} read quickly, ${broken} broken`);
    });
  }

  it("any value after any other is read as the parser reads it", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue({ maxDepth: 3 }), { minLength: 2, maxLength: 6 }), (values) => {
        const shapes = new JsonShapes({ a: true, b: { c: true } });
        for (const value of values.flatMap((one) => [one, { a: one, b: { c: one, d: one }, e: one }])) {
          const text = JSON.stringify(value);
          shapes.learn(text);
          const { quick, full } = bothOf(shapes, text, { a: true, b: { c: true } });
          if (quick !== null) equal(quick, full);
        }
      }),
    );
  });

  it("leaves to the parser: twice the same key, a number that is none, a value that goes on", () => {
    const shapes = new JsonShapes(true);
    for (const text of ['{"a":1,"a":null}', '{"__proto__":1}']) {
      shapes.learn(text);
      equal(bothOf(shapes, text, true).quick, null);
    }
    shapes.learn('{"a":1,"b":"x","c":[1]}');
    for (const wrong of [
      '{"a":01,"b":"x","c":[1]}',
      '{"a":1.,"b":"x","c":[1]}',
      '{"a":+1,"b":"x","c":[1]}',
      '{"a":NaN,"b":"x","c":[1]}',
      '{"a":1e,"b":"x","c":[1]}',
      '{"a":1,"b":"\n","c":[1]}',
      '{"a":1,"b":"\\x","c":[1]}',
      '{"a":1,"b":"\\u12g4","c":[1]}',
      '{"a":1,"b":"x","c":[1,]}',
      '{"a":1,"b":"x","c":[1',
      '{"a":1,"b":"x","c":["1"]}',
      '{"a":1,"b":"x","c":[1]}}',
    ])
      equal(bothOf(shapes, wrong, true).quick, null, wrong);
    equal(bothOf(shapes, '{"a":-0.5E+2,"b":"\\u00e9\\n","c":[]}', true).quick, '{"a":-50,"b":"é\\n","c":[]}');
  });

  it("gives up on values that all differ, and does not slow down the parser", () => {
    const shapes = new JsonShapes(true);
    for (let i = 0; i < 300; i++) shapes.learn(`{"k${i}":1}`);
    equal(shapes.read(Buffer.from('{"k299":1} '), 0, 11), -1);
  });

  it("numbers are those of the parser, to the last bit", () => {
    const numbers = [
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.double({ min: 1.7e9, max: 2.1e9, noNaN: true }),
      fc.double({ min: 0, max: 1e5, noNaN: true }),
      fc.integer(),
      fc.maxSafeInteger(),
    ];
    const texts = fc.oneof(
      fc.oneof(...numbers).map((value) => (Object.is(value, -0) ? "-0.0" : String(value))),
      fc
        .tuple(fc.bigInt({ min: 0n, max: 10n ** 20n }), fc.stringMatching(/^\d{1,20}$/))
        .map((parts) => parts.join(".")),
      fc
        .tuple(fc.nat(), fc.stringMatching(/^\d{1,8}$/), fc.integer({ min: -320, max: 310 }))
        .map(([a, b, c]) => `-${a}.${b}e${c}`),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const bytes = Buffer.from(text);
        ok(Object.is(numberIn(bytes, 0, bytes.length), JSON.parse(text)), text);
      }),
      { numRuns: 5000 },
    );
  });
});

function guidellmRows(text: string): string[] {
  const { benchmarks } = JSON.parse(text) as { benchmarks: { requests: Record<string, unknown[]> }[] };
  const rows = benchmarks.flatMap(({ requests }) => Object.values(requests).flat());
  return rows.map((row) => JSON.stringify(row));
}

function indentedRows(text: string): string[] {
  return (JSON.parse(text) as unknown[]).map((row) => JSON.stringify(row, null, 2));
}
