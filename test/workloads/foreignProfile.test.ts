import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { z } from "zod";
import { loadForeignProfile } from "../../workloads/index.ts";

/** A schema with all that the harnesses' own have: lists, unions told apart by type, by kind and by nothing, optional parts. */
const distribution = z.strictObject({ min: z.int().optional(), mean: z.number(), std_dev: z.number().optional() });
const schema = z.strictObject({
  load: z.strictObject({
    stages: z.array(
      z.union([
        z.strictObject({ rate: z.number().gt(0), duration: z.int() }),
        z.strictObject({ concurrency: z.int(), num_requests: z.int() }),
      ]),
    ),
  }),
  data: z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("random"), input_distribution: distribution }),
    z.strictObject({ type: z.literal("file"), path: z.string() }),
  ]),
  constraints: z
    .array(
      z.union([
        z.strictObject({ kind: z.literal("max_seconds"), seconds: z.number() }),
        z.strictObject({ kind: z.literal("max_requests"), count: z.int() }),
      ]),
    )
    .optional(),
  streams: z.union([z.int(), z.array(z.int())]).optional(),
  qps_values: z.string().optional(),
});
const adapter = {
  name: "inference-perf" as const,
  schema,
  modernise(values: unknown) {
    const { std, ...rest } = (values as { data: { input_distribution: Record<string, unknown> } }).data
      .input_distribution;
    if (std === undefined) return { values, warnings: [] };
    const data = { ...(values as { data: object }).data, input_distribution: { ...rest, std_dev: std } };
    return { values: { ...(values as object), data }, warnings: ["std is called std_dev today"] };
  },
};

const text = `load: { stages: [{ rate: 1, duration: 30 }, { rate: 2, duration: 30 }] }
data: { type: random, input_distribution: { mean: 50, std: 10, min: 10 } }
constraints: [{ kind: max_seconds, seconds: REPLACE_ENV_LIMIT++++default=30 }]
qps_values: "0.5"
`;

describe("profiles of harnesses that are not ours", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "llm-bench-"));
    writeFileSync(join(folder, "mine.yaml.in"), text);
    writeFileSync(join(folder, "broken.yaml"), "a: 1\nb: [1\n");
  });
  after(() => rmSync(folder, { recursive: true }));
  const load = (overrides: Record<string, unknown> = {}, profile = "mine.yaml.in", more: object = {}) =>
    loadForeignProfile(adapter, { profile: join(folder, profile), overrides, file: "Pulumi.test.yaml", ...more });
  const refusal = (overrides: Record<string, unknown>): string => {
    try {
      load(overrides);
    } catch (error) {
      return (error as Error).message.replaceAll(folder, "DIR");
    }
    throw new Error("it was accepted");
  };

  it("are read from a file of the user's, tokens replaced, old spellings put right with a warning", () => {
    const { name, profile, warnings } = load();
    assert.equal(name, "mine");
    assert.deepEqual(profile.data, { type: "random", input_distribution: { mean: 50, min: 10, std_dev: 10 } });
    assert.deepEqual(profile.constraints, [{ kind: "max_seconds", seconds: 30 }]);
    assert.deepEqual(warnings, [`${folder}/mine.yaml.in: std is called std_dev today`]);
    assert.ok(Object.isFrozen(profile.load.stages[0]));
    assert.deepEqual(load({}, "mine.yaml.in", { templateValues: { LIMIT: "7" } }).profile.constraints, [
      { kind: "max_seconds", seconds: 7 },
    ]);
  });

  it("take overrides in lists and unions, also as text", () => {
    const { profile } = load({
      "load.stages.0.rate": "4.5",
      "load.stages[2]": { concurrency: 8, num_requests: 64 },
      "constraints[0]": { kind: "max_requests", count: 5 },
      "data.input_distribution.std_dev": 3,
      streams: "[1, 2]",
    });
    assert.deepEqual(profile.load.stages, [
      { rate: 4.5, duration: 30 },
      { rate: 2, duration: 30 },
      { concurrency: 8, num_requests: 64 },
    ]);
    assert.deepEqual(profile.constraints, [{ kind: "max_requests", count: 5 }]);
    assert.deepEqual(profile.data.type === "random" && profile.data.input_distribution.std_dev, 3);
    assert.deepEqual(profile.streams, [1, 2]);
  });

  it("read text as the schema wants it, whatever stood there before", () => {
    assert.equal(load({ qps_values: "1" }).profile.qps_values, "1");
    writeFileSync(join(folder, "bare.yaml"), text.replace(/qps_values.*/, "").replace("std:", "std_dev:"));
    assert.equal(load({ qps_values: "0.5" }, "bare.yaml").profile.qps_values, "0.5");
    assert.deepEqual(load({}, "bare.yaml").warnings, []);
  });

  const refusals: [string, Record<string, unknown>, string][] = [
    [
      "an old spelling, with the new one",
      { "data.input_distribution.std": 20 },
      'Pulumi.test.yaml: workloadOverrides["data.input_distribution.std"] is 20: there is no such setting. Allowed: min, mean, std_dev. Did you mean std_dev?',
    ],
    [
      "a key at the wrong level, with where it belongs",
      { mean: 20 },
      'Pulumi.test.yaml: workloadOverrides["mean"] is 20: there is no such setting. Allowed: load, data, constraints, streams, qps_values. It belongs under data.input_distribution.',
    ],
    [
      "a wrong key in a member of a list",
      { "load.stages.1.rat": 2 },
      'Pulumi.test.yaml: workloadOverrides["load.stages.1.rat"] is 2: there is no such setting. Allowed: rate, duration. Did you mean rate?',
    ],
    [
      "a wrong type in a member of a list",
      { "load.stages[0].rate": "fast" },
      'Pulumi.test.yaml: workloadOverrides["load.stages[0].rate"] is "fast": it has the wrong type. Allowed: a number above 0. Correct the value.',
    ],
    [
      "a wrong key in a union told apart by kind",
      { "constraints[0].second": 3 },
      'Pulumi.test.yaml: workloadOverrides["constraints[0].second"] is 3: there is no such setting. Allowed: kind, seconds. Did you mean seconds?',
    ],
    [
      "an unknown kind",
      { "constraints[0].kind": "max_second" },
      'Pulumi.test.yaml: workloadOverrides["constraints[0].kind"] is "max_second": it is not one of the choices. Allowed: max_seconds, max_requests. Did you mean "max_seconds"?',
    ],
    [
      "an unknown type",
      { "data.type": "sharegpt" },
      'Pulumi.test.yaml: workloadOverrides["data.type"] is "sharegpt": it is not one of the choices. Allowed: random, file. Choose one of these.',
    ],
  ];
  for (const [what, overrides, message] of refusals)
    it(`refuse ${what}`, () => assert.equal(refusal(overrides), message));

  it("put a mistake of the file's down to the file", () => {
    writeFileSync(join(folder, "typo.yaml"), text.replace("mean: 50", "mean: many"));
    assert.throws(() => load({}, "typo.yaml"), {
      name: "ScenarioError",
      message: new RegExp(`^${folder}/typo\\.yaml: data\\.input_distribution\\.mean is "many": it has the wrong type`),
    });
    assert.throws(() => load({}, "broken.yaml"), {
      message: new RegExp(`^${folder}/broken\\.yaml:\\d: .* it is no YAML`),
    });
    assert.throws(() => load({}, "nowhere.yaml"), {
      message: /^Pulumi\.test\.yaml: workload is .* there is no such file/,
    });
  });

  it("refuse every key that the schema lacks, at every level, and name it", () => {
    const levels = ["", "load.", "load.stages[0].", "data.", "data.input_distribution.", "constraints[0]."];
    fc.assert(
      fc.property(
        fc.constantFrom(...levels),
        fc.stringMatching(/^[a-z_]{1,12}$/),
        fc.jsonValue(),
        (level, name, value) => {
          const known = [
            "load",
            "data",
            "constraints",
            "streams",
            "qps_values",
            "stages",
            "type",
            "kind",
            "input_distribution",
          ];
          fc.pre(![...known, "rate", "duration", "seconds", "min", "mean", "std_dev"].includes(name));
          const path = `${level}${name}`;
          const message = refusal({ [path]: value });
          assert.ok(message.startsWith(`Pulumi.test.yaml: workloadOverrides["${path}"] is `), message);
        },
      ),
      { numRuns: 200 },
    );
  });
});
