import type { SimulatorConfig } from "./config.ts";

type Check = (value: unknown) => string | null;

const text: Check = (value) => (typeof value === "string" && value !== "" ? null : "a text that is not empty");
const flag: Check = (value) => (typeof value === "boolean" ? null : "true or false");
const whole =
  (least: number, most = Number.MAX_SAFE_INTEGER): Check =>
  (value) =>
    typeof value === "number" && Number.isInteger(value) && value >= least && value <= most
      ? null
      : most === Number.MAX_SAFE_INTEGER
        ? `a whole number, at least ${least}`
        : `a whole number from ${least} to ${most}`;
const atLeastZero: Check = (value) =>
  typeof value === "number" && Number.isFinite(value) && value >= 0 ? null : "a number, at least 0";
const positive: Check = (value) =>
  typeof value === "number" && Number.isFinite(value) && value > 0 ? null : "a number above 0";
const share: Check = (value) => (typeof value === "number" && value >= 0 && value <= 1 ? null : "a number from 0 to 1");
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined ? null : check(value);
const listOf =
  (check: Check, what: string): Check =>
  (value) =>
    Array.isArray(value) && value.every((item) => check(item) === null) ? null : `a list of ${what}`;
const oneOf =
  (...allowed: readonly string[]): Check =>
  (value) =>
    typeof value === "string" && allowed.includes(value) ? null : `one of ${allowed.join(", ")}`;

const timing: Readonly<Record<string, Check>> = {
  stepOverheadMs: atLeastZero,
  denseWeightReadMs: atLeastZero,
  expertWeightReadMs: atLeastZero,
  expertShare: share,
  computeMsPerToken: atLeastZero,
  kvReadMsPerToken: atLeastZero,
  attentionMsPerTokenPair: atLeastZero,
  requestOverheadMs: atLeastZero,
};

const fault: Readonly<Record<string, Check>> = {
  kind: oneOf("http500", "http429", "cut", "stall", "malformed", "empty", "engineDead"),
  every: optional(whole(1)),
  requests: optional(listOf(whole(0), "request numbers from 0")),
  afterTokens: optional(whole(0)),
  retryAfterSeconds: optional(whole(0)),
};

const isObject: Check = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? null : "an object";

const top: Readonly<Record<string, Check>> = {
  model: text,
  host: text,
  port: whole(0, 65535),
  seed: whole(Number.MIN_SAFE_INTEGER),
  speed: positive,
  maxModelLen: whole(2),
  maxNumSeqs: whole(1),
  maxNumBatchedTokens: whole(1),
  blockSize: whole(1),
  numGpuBlocks: whole(1),
  prefixCaching: flag,
  timing: isObject,
  faults: (value) => (Array.isArray(value) ? null : "a list"),
};

/**
 * Checks a parsed config file. Throws an Error whose message names the key, its value and what is allowed.
 * `source` is the file's name, for the message.
 */
export function readConfig(value: unknown, source: string): SimulatorConfig {
  const config = checked(value, top, "", source);
  checked(config.timing, timing, "timing.", source);
  for (const [i, rule] of (config.faults as unknown[]).entries()) {
    const { every, requests } = checked(rule, fault, `faults[${i}].`, source);
    if ((every === undefined) === (requests === undefined)) {
      throw new Error(`${source}: faults[${i}] needs either every or requests, and not both.`);
    }
  }
  const typed = config as unknown as SimulatorConfig;
  checkTogether(typed, source);
  return typed;
}

function checked(
  value: unknown,
  checks: Readonly<Record<string, Check>>,
  prefix: string,
  source: string,
): Record<string, unknown> {
  if (isObject(value)) throw new Error(`${source}: ${prefix.replace(/\.$/, "") || "the file"} must hold an object.`);
  const object = value as Record<string, unknown>;
  for (const key of Object.keys(object)) {
    if (!(key in checks)) {
      throw new Error(`${source}: unknown key ${prefix}${key}. Allowed: ${Object.keys(checks).join(", ")}.`);
    }
  }
  for (const [key, check] of Object.entries(checks)) {
    const expected = check(object[key]);
    if (!expected) continue;
    const found = object[key] === undefined ? "it is missing" : `it is ${JSON.stringify(object[key])}`;
    throw new Error(`${source}: ${prefix}${key} must be ${expected}; ${found}.`);
  }
  return object;
}

/** The first rule keeps time moving; by the other two vLLM, too, refuses to start: a request could wait for ever. */
function checkTogether(config: SimulatorConfig, source: string): void {
  if (config.timing.stepOverheadMs + config.timing.denseWeightReadMs === 0) {
    throw new Error(
      `${source}: timing.stepOverheadMs and timing.denseWeightReadMs are both 0: a step must take time. Raise one of them.`,
    );
  }
  const room = config.numGpuBlocks * config.blockSize;
  if (room < config.maxModelLen) {
    throw new Error(
      `${source}: maxModelLen ${config.maxModelLen} does not fit the KV cache of ${config.numGpuBlocks} blocks x ` +
        `${config.blockSize} tokens = ${room} tokens. Lower maxModelLen or raise numGpuBlocks.`,
    );
  }
  if (config.maxNumBatchedTokens < config.maxNumSeqs) {
    throw new Error(
      `${source}: maxNumBatchedTokens ${config.maxNumBatchedTokens} must be at least maxNumSeqs ${config.maxNumSeqs}: ` +
        "every running sequence needs one token a step.",
    );
  }
}
