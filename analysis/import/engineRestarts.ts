import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type JsonObject, objectOf, textOf, valueAt } from "./json/looseJson.ts";

/** While requests were sent; ms since 1970. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Containers of engine pods that began or ended while requests were sent, in sentences, from `environment/pods.json` of the
 * run's folder. Of a pod that was gone when the facts were gathered only the run's reason tells.
 */
export async function engineRestarts(folder: string, span: Span): Promise<string[]> {
  let facts: unknown;
  try {
    facts = JSON.parse(await readFile(join(folder, "environment", "pods.json"), "utf8"));
  } catch {
    // Not made on a cluster; a damaged file there costs this check only.
    return [];
  }
  return list(valueAt(facts, "pods"))
    .filter((pod) => pod.component === "engine")
    .flatMap((pod) => list(pod.containers).flatMap((container) => restartOf(textOf(pod.name) ?? "?", container, span)));
}

function restartOf(pod: string, container: JsonObject, span: Span): string[] {
  const before = objectOf(container.previousEnd);
  const at = [textOf(before.at), textOf(container.startedAt)].find((time) => within(time, span));
  if (at === undefined) return [];
  const why = textOf(before.reason);
  return [`a container of the engine's pod ${pod} began anew at ${at}${why === null ? "" : ` (after ${why})`}`];
}

function within(time: string | null, { fromMs, toMs }: Span): boolean {
  const ms = time === null ? Number.NaN : Date.parse(time);
  return ms > fromMs && ms < toMs;
}

function list(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.map(objectOf) : [];
}
