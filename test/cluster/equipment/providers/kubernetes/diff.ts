import { containsUnknown, isMap, type JsonObject, type PropertyMap, unwrapped } from "../wire/propertyValue.ts";
import type { Difference, DiffRequest } from "../wire/provider.ts";
import { namespaced } from "./check.ts";
import { fromCheckpoint } from "./checkpoint.ts";
import { forceNewFields, touches } from "./forceNew.ts";
import { isBuiltIn } from "./kinds.ts";
import { normalized } from "./normalize.ts";
import { annotation, nameOf, namespaceOf } from "./object.ts";
import { prune, withoutDroppedZeros } from "./prune.ts";
import type { Settings } from "./settings.ts";
import { pathText, structuralDiff } from "./structuralDiff.ts";

/** Compares new inputs with the live object that the state holds, cut to the shape of the old inputs. provider.go Diff. */
export async function diff(settings: Settings, request: DiffRequest): Promise<Difference> {
  if (request.ignoreChanges.length > 0) throw new Error(`the stand-in does not know ignoreChanges (${request.urn})`);
  const { inputs: rawOld, live } = fromCheckpoint(request.olds);
  const bare = unwrapped(request.news) as PropertyMap;
  if (annotation(bare, "pulumi.com/replaceUnready") === "true")
    throw new Error(`the stand-in does not know the annotation pulumi.com/replaceUnready (${request.urn})`);
  const [apiVersion, kind] = [String(bare.apiVersion), String(bare.kind)];
  const plain = containsUnknown(bare) || !isBuiltIn(apiVersion);
  const olds: JsonObject = isBuiltIn(apiVersion) ? normalized(rawOld) : rawOld;
  const news: PropertyMap = plain ? { ...bare } : withoutDroppedZeros(normalized(bare as JsonObject), olds, live);
  const old: PropertyMap = { ...prune(live, olds), apiVersion: live.apiVersion, kind: live.kind };
  const isInNamespace = await namespaced(settings, apiVersion, kind);
  // Both sides say "default", or neither says anything, so that where it comes from is no difference.
  old.metadata = placed(old.metadata, isInNamespace);
  news.metadata = placed(news.metadata, isInNamespace);
  if (isMap(news.metadata) && typeof news.metadata.name === "string")
    old.metadata = { ...asMap(old.metadata), name: nameOf(live) };

  const fields = forceNewFields({ ...(bare as JsonObject), apiVersion, kind, metadata: {} }, settings.mutable);
  const changed = structuralDiff(old, news).map(({ path, kind: change, value }) => {
    const searched = value === undefined || containsUnknown(value) ? undefined : (value as never);
    return [
      pathText(path),
      { kind: change, replaces: fields.some((field) => touches(path, searched, field)) },
    ] as const;
  });
  const changes = new Map(changed);
  return {
    changes,
    deleteBeforeReplace: [...changes.values()].some(({ replaces }) => replaces) && keepsItsName(news, live),
  };
}

/** provider.go Diff, deleteBeforeReplace: named by the user, with the same name in the same namespace as before. */
function keepsItsName(news: PropertyMap, live: Parameters<typeof nameOf>[0]): boolean {
  const metadata = asMap(news.metadata);
  return (
    typeof metadata.name === "string" &&
    annotation(news, "pulumi.com/autonamed") !== "true" &&
    metadata.name === nameOf(live) &&
    (metadata.namespace ?? "") === namespaceOf(live)
  );
}

function placed(metadata: PropertyMap[string] | undefined, isInNamespace: boolean): PropertyMap {
  const { namespace, ...rest } = asMap(metadata);
  return isInNamespace ? { ...rest, namespace: namespace || "default" } : rest;
}

function asMap(value: PropertyMap[string] | undefined): PropertyMap {
  return isMap(value) ? value : {};
}
