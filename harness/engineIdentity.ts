import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ask, type Reply } from "./ask.ts";
import { errorBody } from "./failure.ts";
import type { PlanTarget } from "./plan.ts";
import { type EngineIdentity, type ServedModel, type SimulatorMark, simulatorHeader } from "./recordFormat.ts";
import { replaceFile } from "./replaceFile.ts";

/** Whoever does not answer within this is not known; the run goes on all the same. */
const LONGEST_ASK_MS = 5000;

type Missing = { -readonly [key in keyof EngineIdentity["missing"]]: string };

/** Asks the endpoint who it is: two requests, before the run, so that neither is part of what is measured. */
export async function identify(
  target: PlanTarget,
  apiKey: string | null,
  signal: AbortSignal,
  timeoutMs = LONGEST_ASK_MS,
): Promise<EngineIdentity> {
  const askedAt = new Date().toISOString();
  const [models, version] = (await Promise.all(
    ["/v1/models", "/version"].map((path) => ask(target, path, apiKey, timeoutMs, signal)),
  )) as [Reply, Reply];
  const missing: Missing = {};
  const told = {
    version: versionOf(version),
    models: servedModels(models),
    server: headerOf("server", models, version),
    simulator: simulatorOf(models, version),
  };
  if (told.version === null) missing.version = why("/version", version, "without a version");
  if (told.models === null) missing.models = why("/v1/models", models, "without a list of models");
  if (told.server === null) missing.server = "no answer has this header";
  if (told.simulator === null) {
    const nobody = models.status === null && version.status === null;
    missing.simulator = nobody ? "nobody answered" : "no answer says that it is simulated";
  }
  return { formatVersion: 1, askedAt, baseUrl: target.baseUrl, ...told, missing };
}

/** The identity when an answer of the run itself has the simulator's header, which a proxy may have kept from `identify`. */
export function foundSimulated(identity: EngineIdentity, version: string): EngineIdentity {
  if (identity.simulator !== null) return identity;
  const { simulator: _, ...missing } = identity.missing;
  return { ...identity, simulator: { version, speed: null }, missing };
}

/** Writes engine.json in one step. */
export async function writeIdentity(folder: string, identity: EngineIdentity): Promise<void> {
  await mkdir(folder, { recursive: true });
  await replaceFile(join(folder, "engine.json"), identity);
}

/** Models of an answer of /v1/models; null where it is none. */
export function servedModels(reply: Reply): ServedModel[] | null {
  const data = jsonOf(reply)?.data;
  if (!Array.isArray(data)) return null;
  const entries = data as (Record<string, unknown> | null)[];
  return entries.flatMap((entry) => {
    if (typeof entry?.id !== "string") return [];
    const length = entry.max_model_len;
    return [{ id: entry.id, maxModelLen: typeof length === "number" ? length : null }];
  });
}

function versionOf(reply: Reply): string | null {
  const version = jsonOf(reply)?.version;
  return typeof version === "string" ? version : null;
}

function simulatorOf(...replies: Reply[]): SimulatorMark | null {
  const header = headerOf(simulatorHeader, ...replies);
  const field = replies.map((reply) => jsonOf(reply)?.simulator).find((value) => typeof value === "object" && value);
  if (header === null && field === undefined) return null;
  const { version, speed } = (field ?? {}) as Record<string, unknown>;
  return {
    version: typeof version === "string" ? version : (header ?? "unknown"),
    speed: typeof speed === "number" ? speed : null,
  };
}

function headerOf(name: string, ...replies: Reply[]): string | null {
  for (const reply of replies) {
    const value = reply.status === null ? null : reply.header(name);
    if (value !== null) return value;
  }
  return null;
}

function jsonOf(reply: Reply): Record<string, unknown> | null {
  if (reply.status !== 200) return null;
  try {
    const value: unknown = JSON.parse(reply.body);
    return typeof value === "object" ? (value as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}

/** Why an answer tells nothing: `GET /version: HTTP 404: Not Found`. */
export function why(path: string, reply: Reply, lack: string): string {
  if (reply.status === null) return `GET ${path}: ${reply.cause}`;
  if (reply.status === 200) return `GET ${path} answers ${lack}`;
  const detail = errorBody(Buffer.from(reply.body)).replace(/\s+/g, " ");
  return `GET ${path}: HTTP ${reply.status}${detail === "" ? "" : `: ${detail}`}`;
}
