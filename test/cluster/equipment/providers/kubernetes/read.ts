import { warn } from "../wire/engineLog.ts";
import { isMap, type JsonObject, type PropertyMap, unwrapped } from "../wire/propertyValue.ts";
import { partsOf, type ReadRequest } from "../wire/provider.ts";
import { ApiError, NoMatchError } from "./apiServer.ts";
import { refuseAwait } from "./awaiting.ts";
import { checkpoint, fieldManagerOf, fromCheckpoint } from "./checkpoint.ts";
import { isBuiltIn, refuseUnknown } from "./kinds.ts";
import { normalized } from "./normalize.ts";
import { type KubeObject, kubeObject } from "./object.ts";
import { prune } from "./prune.ts";
import { markSecrets } from "./secretness.ts";
import type { Settings } from "./settings.ts";

// provider.go Read, readFromCluster: fields of metadata that are no inputs.
const noInputs = ["creationTimestamp", "generation", "managedFields", "resourceVersion", "uid"];

/** The live object, for refresh, import and `.get()`; null: it is gone. provider.go Read. */
export async function read(settings: Settings, request: ReadRequest) {
  const { server } = settings;
  const { urn, properties } = request;
  if (server === null) {
    warn(urn, `configured Kubernetes cluster is unreachable: ${settings.unreachable}`);
    if (settings.deleteUnreachable) return null;
    throw new Error(
      'failed to read resource state due to unreachable cluster. If the cluster was deleted, you can remove this resource from Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"',
    );
  }
  const [name, namespace = ""] = request.id.split("/").reverse() as [string, string?];
  const given = unwrapped(request.inputs) as JsonObject;
  const isNew = given.kind === undefined;
  const inputs = isNew
    ? await identity(request, name, namespace)
    : isBuiltIn(String(given.apiVersion))
      ? normalized(given)
      : kubeObject(given);
  if (!isNew) refuseAwait(inputs);
  let live: KubeObject;
  try {
    live = await server.get(inputs, name);
  } catch (error) {
    if (error instanceof NoMatchError || (error instanceof ApiError && error.code === 404)) return null;
    throw error;
  }
  const liveInputs: PropertyMap = isNew ? inputsOf(live) : prune(live, inputs);
  const fieldManager = fieldManagerOf(properties, inputs);
  return {
    properties: checkpoint(liveInputs, live, request.inputs, fieldManager),
    inputs: markSecrets(liveInputs, request.inputs),
  };
}

/** What to ask for where nothing is known but type and id. provider.go gvkFromTypeToken. */
async function identity({ urn, properties }: ReadRequest, name: string, namespace: string): Promise<KubeObject> {
  const { type } = partsOf(urn);
  const state = unwrapped(properties) as JsonObject;
  const [, place = "", kind = ""] = type.split(":");
  if (typeof state.apiVersion === "string" && typeof state.kind === "string") return fromCheckpoint(properties).live;
  const apiVersion = place.replace(/^core\//, "");
  refuseUnknown(urn, type, apiVersion, kind);
  return kubeObject({ apiVersion, kind, metadata: { name, ...(namespace === "" ? {} : { namespace }) } });
}

/** Every field but the status; the real provider asks its schema which ones are inputs. */
function inputsOf(live: KubeObject): JsonObject {
  const { status: _, ...rest } = live;
  const metadata = Object.fromEntries(Object.entries(rest.metadata).filter(([key]) => !noInputs.includes(key)));
  if (isMap(metadata.annotations)) {
    const annotations = { ...(metadata.annotations as JsonObject) };
    delete annotations["deployment.kubernetes.io/revision"];
    delete annotations["kubectl.kubernetes.io/last-applied-configuration"];
    metadata.annotations = annotations;
  }
  return { ...rest, metadata };
}
