import { containsUnknown, isMap, type PropertyMap, type PropertyValue, unwrapped } from "../wire/propertyValue.ts";
import { type CheckRequest, partsOf } from "../wire/provider.ts";
import { isBuiltIn, isNamespaced, refuseUnknown } from "./kinds.ts";
import { normalized } from "./normalize.ts";
import { annotation, uniqueName } from "./object.ts";
import { markSecrets } from "./secretness.ts";
import type { Settings } from "./settings.ts";

const autonamed = "pulumi.com/autonamed"; // metadata/annotations.go: AnnotationAutonamed.

/** Inputs with a name and a namespace. provider.go Check; its OpenAPI validation reports nothing but unknown kinds. */
export async function check(settings: Settings, request: CheckRequest): Promise<PropertyMap> {
  const { type } = partsOf(request.urn);
  const bare = unwrapped(request.news) as PropertyMap;
  const [apiVersion, kind] = [String(bare.apiVersion), String(bare.kind)];
  refuseUnknown(request.urn, type, apiVersion, kind);
  // normalizeInputs leaves inputs alone that hold an unknown value.
  const inputs: PropertyMap = containsUnknown(bare) || !isBuiltIn(apiVersion) ? bare : normalized(bare as never);
  const metadata: PropertyMap = isMap(inputs.metadata) ? { ...inputs.metadata } : {};
  if (metadata.generateName !== undefined && metadata.name === undefined)
    throw new Error("the `.metadata.generateName` field is not supported in Server-Side Apply mode");
  if (metadata.name === undefined || metadata.name === "") {
    const name = autoname(request);
    if (name !== null)
      Object.assign(metadata, { name, annotations: { ...asMap(metadata.annotations), [autonamed]: "true" } });
  }
  if (metadata.namespace === undefined && (await namespaced(settings, apiVersion, kind)))
    metadata.namespace = settings.namespace;
  return markSecrets({ ...inputs, metadata }, request.news);
}

/** metadata/naming.go AssignNameIfAutonamable for a new resource, AdoptOldAutonameIfUnnamed for one that has a state. */
function autoname({ urn, olds, randomSeed, autonaming }: CheckRequest): string | null {
  if (olds !== null) {
    const old = unwrapped(olds) as PropertyMap;
    return annotation(old, autonamed) === "true" ? String(asMap(old.metadata).name) : null;
  }
  if (autonaming?.mode === "disable")
    throw new Error("autonaming is disabled, resource requires the .metadata.name field to be set");
  return autonaming?.name || uniqueName(`${partsOf(urn).name}-`, randomSeed);
}

/** Unknown kinds count as namespaced, and are put right when they are created. provider.go Check. */
export async function namespaced({ server }: Settings, apiVersion: string, kind: string): Promise<boolean> {
  const known = isNamespaced(apiVersion, kind);
  if (known !== null || server === null) return known ?? true;
  return (await server.kind(apiVersion, kind))?.namespaced ?? true;
}

function asMap(value: PropertyValue | undefined): PropertyMap {
  return isMap(value) ? value : {};
}
