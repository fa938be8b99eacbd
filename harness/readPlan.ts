import { checkMetrics } from "./metrics/metricsUrls.ts";
import type { HarnessPlan } from "./plan.ts";
import { PlanError } from "./planError.ts";
import { SMALLEST_SIDE } from "./prompts/png.ts";
import { ownedBodyKeys } from "./requestBody.ts";

type Json = Record<string, unknown>;

const LONGEST_MS = 24 * 3600 * 1000;
const MOST_TOKENS = 10_000_000;
/** In pixels; 16 pictures are drawn before the run. */
const LONGEST_SIDE = 4096;
/** One below what prompt identities tell apart; warm-up is the last. */
const MOST_STAGES = 4095;

/** @throws PlanError: the first thing wrong with the plan. Unknown keys are wrong: a misspelt one must not be ignored. */
export function checkPlan(value: unknown): HarnessPlan {
  const plan = object(value, "plan", [
    "formatVersion",
    "runId",
    "target",
    "seed",
    "api",
    "stream",
    "ignoreEos",
    "extraBody",
    "data",
    "warmup",
    "stages",
    "deadlines",
    "metrics",
    "barrier",
  ]);
  oneOf(plan.formatVersion, "formatVersion", [1]);
  text(plan.runId, "runId");
  checkTarget(plan.target);
  whole(plan.seed, "seed", 0, Number.MAX_SAFE_INTEGER);
  oneOf(plan.api, "api", ["chat", "completions"]);
  oneOf(plan.stream, "stream", [true, false]);
  oneOf(plan.ignoreEos, "ignoreEos", [true, false]);
  checkExtraBody(plan.extraBody);
  checkData(plan.data, plan.api as string);
  if (plan.warmup !== null) {
    const warmup = object(plan.warmup, "warmup", ["requests", "concurrency"]);
    whole(warmup.requests, "warmup.requests", 1, 1_000_000);
    whole(warmup.concurrency, "warmup.concurrency", 1, 65_535);
  }
  if (!Array.isArray(plan.stages) || plan.stages.length === 0 || plan.stages.length > MOST_STAGES) {
    throw new PlanError("stages", plan.stages, `a list of 1 to ${MOST_STAGES} stages`);
  }
  plan.stages.forEach((stage, i) => {
    checkStage(stage, `stages[${i}]`);
  });
  const deadlineKeys = ["connectMs", "firstTokenMs", "betweenTokensMs", "totalMs"];
  const deadlines = object(plan.deadlines, "deadlines", [...deadlineKeys, "drainMs"]);
  for (const key of deadlineKeys) number(deadlines[key], `deadlines.${key}`, 1, LONGEST_MS);
  if (deadlines.drainMs !== undefined) number(deadlines.drainMs, "deadlines.drainMs", 0, LONGEST_MS);
  if (typeof plan.metrics !== "object" && plan.metrics !== undefined) {
    throw new PlanError("metrics", plan.metrics, "an object with urls, or null for none");
  }
  checkMetrics(plan.metrics);
  if (plan.barrier !== undefined) checkBarrier(plan.barrier);
  return value as HarnessPlan;
}

/** Names are those of files. */
const barrierName = /^[A-Za-z0-9][\w.-]*$/;

function checkBarrier(value: unknown): void {
  const { folder, name, names, timeoutSeconds } = object(value, "barrier", [
    "folder",
    "name",
    "names",
    "timeoutSeconds",
  ]);
  text(folder, "barrier.folder");
  if (!Array.isArray(names) || names.length < 2 || new Set(names).size < names.length)
    throw new PlanError("barrier.names", names, "a list of 2 names or more, each once");
  for (const [i, one] of names.entries())
    if (!barrierName.test(String(one))) throw new PlanError(`barrier.names[${i}]`, one, "letters, digits, . _ -");
  oneOf(name, "barrier.name", names);
  number(timeoutSeconds, "barrier.timeoutSeconds", 1, LONGEST_MS / 1000);
}

function checkTarget(value: unknown): void {
  const target = object(value, "target", ["name", "baseUrl", "model", "apiKeyEnv"]);
  text(target.name, "target.name");
  text(target.model, "target.model");
  if (target.apiKeyEnv !== null) text(target.apiKeyEnv, "target.apiKeyEnv");
  const url = URL.parse(text(target.baseUrl, "target.baseUrl"));
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    throw new PlanError(
      "target.baseUrl",
      target.baseUrl,
      'a URL with http:// or https://, e.g. "http://127.0.0.1:8000"',
    );
  }
  if (url.username !== "" || url.password !== "") {
    // The value is not shown: it holds a secret.
    throw new PlanError("target.baseUrl", "(hidden)", "a URL without user and password; the API key goes by apiKeyEnv");
  }
  if (url.search !== "" || url.hash !== "" || /\/v1\/?$/.test(url.pathname)) {
    throw new PlanError("target.baseUrl", target.baseUrl, 'the part before "/v1", without query or fragment');
  }
}

function checkExtraBody(value: unknown): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new PlanError("extraBody", value, "an object, {} for nothing");
  }
  for (const key of ownedBodyKeys) {
    if (key in value) {
      throw new PlanError(`extraBody.${key}`, (value as Json)[key], "other keys: this one the generator sets itself");
    }
  }
}

function checkData(value: unknown, api: string): void {
  const data = object(value, "data", ["type", "form", "inputTokens", "outputTokens", "sharedPrefix", "images", "path"]);
  oneOf(data.type, "data.type", ["synthetic", "file"]);
  if (data.type === "file") {
    object(value, "data", ["type", "path", "outputTokens"]);
    checkDistribution(data.outputTokens, "data.outputTokens");
    text(data.path, "data.path");
    return;
  }
  object(value, "data", ["type", "form", "inputTokens", "outputTokens", "sharedPrefix", "images"]);
  checkOutputLength(data.outputTokens, "data.outputTokens");
  oneOf(data.form, "data.form", ["text", "tokenIds"]);
  if (data.form === "tokenIds" && api !== "completions") {
    throw new PlanError("data.form", data.form, '"text", or api "completions": the chat API takes no token ids');
  }
  checkDistribution(data.inputTokens, "data.inputTokens");
  if (data.sharedPrefix !== null) {
    const shared = object(data.sharedPrefix, "data.sharedPrefix", ["tokens", "groups"]);
    whole(shared.tokens, "data.sharedPrefix.tokens", 1, MOST_TOKENS);
    whole(shared.groups, "data.sharedPrefix.groups", 1, 1_000_000);
  }
  if (data.images !== undefined) checkImages(data.images, data.form as string, api);
}

function checkImages(value: unknown, form: string, api: string): void {
  const images = object(value, "data.images", ["count", "format", "width", "height"]);
  if (api !== "chat" || form !== "text")
    throw new PlanError(
      "data.images",
      value,
      'no such key, or api "chat" and form "text": only chat messages hold images',
    );
  whole(images.count, "data.images.count", 1, 255);
  oneOf(images.format, "data.images.format", ["png"]);
  for (const side of ["width", "height"]) {
    const range = object(images[side], `data.images.${side}`, ["min", "max"]);
    whole(range.min, `data.images.${side}.min`, SMALLEST_SIDE, LONGEST_SIDE);
    whole(range.max, `data.images.${side}.max`, range.min as number, LONGEST_SIDE);
  }
}

function checkOutputLength(value: unknown, key: string): void {
  if ((value as Json | null)?.type !== "relative") {
    checkDistribution(value, key, ["relative"]);
    return;
  }
  const length = object(value, key, ["type", "factorMean", "factorStdDev", "min", "max"]);
  number(length.factorMean, `${key}.factorMean`, 1e-6, 1e6);
  number(length.factorStdDev, `${key}.factorStdDev`, 0, 1e6);
  whole(length.min, `${key}.min`, 1, MOST_TOKENS);
  whole(length.max, `${key}.max`, length.min as number, MOST_TOKENS);
}

/** @param otherTypes what else could stand there, for the message */
function checkDistribution(value: unknown, key: string, otherTypes: readonly string[] = []): void {
  const d = object(value, key, ["type", "value", "min", "max", "mean", "stdDev"]);
  const types = ["fixed", "uniform", "normal", "lognormal"];
  if (!types.includes(d.type as string)) oneOf(d.type, `${key}.type`, [...types, ...otherTypes]);
  if (d.type === "fixed") {
    object(value, key, ["type", "value"]);
    whole(d.value, `${key}.value`, 1, MOST_TOKENS);
    return;
  }
  object(value, key, d.type === "uniform" ? ["type", "min", "max"] : ["type", "mean", "stdDev", "min", "max"]);
  whole(d.min, `${key}.min`, 1, MOST_TOKENS);
  whole(d.max, `${key}.max`, d.min as number, MOST_TOKENS);
  if (d.type === "uniform") return;
  number(d.mean, `${key}.mean`, 1e-9, MOST_TOKENS);
  number(d.stdDev, `${key}.stdDev`, 0, MOST_TOKENS);
}

function checkStage(value: unknown, key: string): void {
  const stage = object(value, key, ["name", "load", "stop"]);
  text(stage.name, `${key}.name`);
  const load = object(stage.load, `${key}.load`, ["type", "concurrency", "requestsPerSecond"]);
  oneOf(load.type, `${key}.load.type`, ["concurrency", "constant", "poisson"]);
  if (load.type === "concurrency") {
    object(stage.load, `${key}.load`, ["type", "concurrency"]);
    whole(load.concurrency, `${key}.load.concurrency`, 1, 65_535);
  } else {
    object(stage.load, `${key}.load`, ["type", "requestsPerSecond"]);
    number(load.requestsPerSecond, `${key}.load.requestsPerSecond`, 1e-6, 1_000_000);
  }
  const stop = object(stage.stop, `${key}.stop`, ["seconds", "requests"]);
  if (Object.keys(stop).length !== 1) throw new PlanError(`${key}.stop`, stop, '{"seconds": n} or {"requests": n}');
  if ("seconds" in stop) number(stop.seconds, `${key}.stop.seconds`, 0.001, LONGEST_MS / 1000);
  else whole(stop.requests, `${key}.stop.requests`, 1, 2 ** 28);
}

function object(value: unknown, key: string, allowed: readonly string[]): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new PlanError(key, value, `an object with ${allowed.join(", ")}`);
  }
  for (const name of Object.keys(value)) {
    if (!allowed.includes(name))
      throw new PlanError(`${key}.${name}`, (value as Json)[name], `only ${allowed.join(", ")}`);
  }
  return value as Json;
}

function text(value: unknown, key: string): string {
  if (typeof value !== "string" || value === "") throw new PlanError(key, value, "a text that is not empty");
  return value;
}

function oneOf(value: unknown, key: string, allowed: readonly unknown[]): void {
  if (!allowed.includes(value)) throw new PlanError(key, value, allowed.map((a) => JSON.stringify(a)).join(" or "));
}

function number(value: unknown, key: string, min: number, max: number): void {
  if (typeof value !== "number" || !(value >= min && value <= max)) {
    throw new PlanError(key, value, `a number from ${min} to ${max}`);
  }
}

function whole(value: unknown, key: string, min: number, max: number): void {
  if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
    throw new PlanError(key, value, `a whole number from ${min} to ${max}`);
  }
}
