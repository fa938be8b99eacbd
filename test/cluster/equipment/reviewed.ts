import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadAll } from "js-yaml";
import type { KubernetesObject } from "../../../manifests/kubernetesObject.ts";

const folder = join(import.meta.dirname, "..", "..", "golden", "manifests");

/** The first object of a kind in the golden manifests of a committed stack. */
export function reviewed<T extends object>(stack: string, kind: string): T {
  const objects = loadAll(readFileSync(join(folder, `${stack}.yaml`), "utf8")) as KubernetesObject[];
  const found = objects.find((object) => object.kind === kind);
  if (found === undefined) throw new Error(`the golden manifests of ${stack} have no ${kind}`);
  return found as T;
}

/** Paths of `wanted` that `found` has not, or has otherwise; what the API server adds does not count. */
export function lacks(found: unknown, wanted: unknown, path = ""): string[] {
  if (typeof wanted !== "object" || wanted === null) return Object.is(found, wanted) ? [] : [path];
  if (typeof found !== "object" || found === null) return [path];
  return Object.entries(wanted).flatMap(([key, value]) =>
    lacks((found as Record<string, unknown>)[key], value, `${path}/${key}`),
  );
}

/** A path at which a test's small node may differ from the manifests. */
export function isSize(path: string): boolean {
  return /\/resources\/(requests|limits)\/(cpu|memory)$/.test(path);
}
