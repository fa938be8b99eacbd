import { z } from "zod";

/* A profile as it lies in a file: the harness plan without what a run adds (target, seed, id), its stages written as a sweep. */
const tokens = z.int().min(1).max(10_000_000);

const distributions = [
  z.strictObject({ type: z.literal("fixed"), value: tokens }),
  z.strictObject({ type: z.literal("uniform"), min: tokens, max: tokens }),
  z.strictObject({
    type: z.enum(["normal", "lognormal"]),
    mean: z.number().gt(0),
    stdDev: z.number().min(0),
    min: tokens,
    max: tokens,
  }),
] as const;
const distribution = z.discriminatedUnion("type", distributions);

const outputLength = z.discriminatedUnion("type", [
  ...distributions,
  z.strictObject({
    type: z.literal("relative").describe("The prompt's own tokens times a lognormal factor."),
    factorMean: z.number().min(0.000001).max(1_000_000),
    factorStdDev: z.number().min(0).max(1_000_000),
    min: tokens,
    max: tokens,
  }),
]);

const sharedPrefix = z.strictObject({ tokens, groups: z.int().min(1) });

const pixels = z.int().min(64).max(4096);
const images = z.strictObject({
  count: z.int().min(1).max(255),
  format: z.enum(["png"]),
  width: z.strictObject({ min: pixels, max: pixels }),
  height: z.strictObject({ min: pixels, max: pixels }),
});

const data = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("synthetic"),
    form: z.enum(["text", "tokenIds"]),
    inputTokens: distribution,
    outputTokens: outputLength,
    sharedPrefix: sharedPrefix.nullable().default(null),
    // Without a default: profiles without images keep the fingerprint they had.
    images: images.optional().describe("After the text of each message; needs api chat."),
  }),
  z.strictObject({ type: z.literal("file"), path: z.string().min(1), outputTokens: distribution }),
]);

const rate = z.number().gt(0).max(1_000_000);
const stages = z.strictObject({
  concurrency: z.array(z.int().min(1).max(65536)).min(1).optional().describe("Closed loop: requests in flight."),
  constant: z.array(rate).min(1).optional().describe("Open loop, equal gaps: requests per second."),
  poisson: z.array(rate).min(1).optional().describe("Open loop, random gaps: requests per second."),
  seconds: z.number().gt(0).max(604800).optional().describe("Each stage ends after this time."),
  requests: z.int().min(1).optional().describe("Each stage ends after this many requests."),
});

const milliseconds = z.int().min(1).max(86_400_000);

export const profileSchema = z.strictObject({
  description: z.string().min(1),
  api: z.enum(["chat", "completions"]),
  stream: z.boolean(),
  ignoreEos: z.boolean(),
  extraBody: z.record(z.string(), z.unknown()).default({}),
  data,
  warmup: z.strictObject({ requests: z.int().min(1), concurrency: z.int().min(1) }).nullable(),
  stages,
  deadlines: z.strictObject({
    connectMs: milliseconds,
    firstTokenMs: milliseconds,
    betweenTokensMs: milliseconds,
    totalMs: milliseconds,
  }),
});

export type ProfileFile = z.output<typeof profileSchema>;

/** A profile with overrides laid over it: all that decides what a run does, apart from its target and seed. */
export interface Profile extends ProfileFile {
  readonly name: string;
  /** SHA-256 of the prompt file, so that a changed file is a changed workload; null for synthetic prompts. */
  readonly dataSha256: string | null;
}
