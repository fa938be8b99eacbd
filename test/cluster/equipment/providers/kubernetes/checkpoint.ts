import { isMap, type JsonObject, type PropertyMap, unwrapped } from "../wire/propertyValue.ts";
import { annotation, type KubeObject, kubeObject, uniqueName } from "./object.ts";
import { markSecrets } from "./secretness.ts";

// provider.go: initialAPIVersionKey, fieldManagerKey.
const initialApiVersionKey = "__initialApiVersion";
const fieldManagerKey = "__fieldManager";

/** What the state keeps of an object: its live form, and beside it the inputs. provider.go checkpointObject. */
export function checkpoint(
  inputs: PropertyMap,
  live: PropertyMap,
  secretsOf: PropertyMap,
  fieldManager: string,
): PropertyMap {
  return {
    ...markSecrets(live, secretsOf),
    __inputs: markSecrets(inputs, secretsOf),
    [initialApiVersionKey]: inputs.apiVersion ?? null,
    [fieldManagerKey]: fieldManager,
  };
}

/** provider.go parseCheckpointObject. */
export function fromCheckpoint(state: PropertyMap): { readonly inputs: JsonObject; readonly live: KubeObject } {
  const { __inputs, [initialApiVersionKey]: _, [fieldManagerKey]: __, ...live } = unwrapped(state) as JsonObject;
  return { inputs: isMap(__inputs) ? (__inputs as JsonObject) : {}, live: kubeObject(live) };
}

/** Annotation, else what the state holds, else a new random name. provider.go fieldManagerName. */
export function fieldManagerOf(state: PropertyMap, inputs: PropertyMap): string {
  const annotated = annotation(inputs, "pulumi.com/patchFieldManager");
  if (annotated !== "") return annotated;
  const stored = state[fieldManagerKey];
  return typeof stored === "string" ? stored : uniqueName("pulumi-kubernetes-");
}
