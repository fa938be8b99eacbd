import { containsUnknown, isMap, type Json, type JsonObject, known, type PropertyMap } from "../wire/propertyValue.ts";
import { InitFailed, type UpdateRequest } from "../wire/provider.ts";
import { ApiError, type ApiServer, NoMatchError } from "./apiServer.ts";
import { refuseAwait } from "./awaiting.ts";
import { checkpoint, fieldManagerOf, fromCheckpoint } from "./checkpoint.ts";
import { isBuiltIn, isDefinition } from "./kinds.ts";
import { normalized } from "./normalize.ts";
import { annotation, idOf, type KubeObject, kubeObject, nameOf } from "./object.ts";
import type { Settings } from "./settings.ts";

// await/await.go fixCSAFieldManagers: whose fields the first apply takes over.
const formerManagers = new Set([
  "kubectl/Apply",
  "kubectl/Update",
  "before-first-apply/Update",
  "pulumi-kubernetes/Update",
  "pulumi-kubernetes.exe/Update",
  "pulumi-resource-kubernetes/Update",
]);
const clientSideManagers = new Set(["pulumi-kubernetes", "pulumi-kubernetes.exe", "pulumi-resource-kubernetes"]);

/** Server-side apply. provider.go Update. */
export async function update(settings: Settings, request: UpdateRequest): Promise<PropertyMap> {
  const { server } = settings;
  const { urn, olds, news, preview } = request;
  if (!preview && server === null)
    throw new Error(`configured Kubernetes cluster is unreachable: ${settings.unreachable}`);
  if (request.ignoreChanges.length > 0) throw new Error(`the stand-in does not know ignoreChanges (${urn})`);
  if (containsUnknown(news) || server === null) return news;
  const bare = known(news);
  // await/await.go updateResource replaces these by a PUT.
  if (isDefinition(String(bare.apiVersion), String(bare.kind)))
    throw new Error(`the stand-in does not change CustomResourceDefinitions (${urn})`);
  const inputs = isBuiltIn(String(bare.apiVersion)) ? normalized(bare) : kubeObject(bare);
  if (preview && (await server.kind(inputs.apiVersion, inputs.kind)) === null) return news;
  refuseAwait(inputs);
  const { live: old } = fromCheckpoint(olds);
  const fieldManager = fieldManagerOf(olds, inputs);
  try {
    const live = await applied(server, settings, inputs, old, { fieldManager, preview });
    return checkpoint(inputs, live, news, fieldManager);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (preview && error instanceof ApiError && error.code === 403) return news;
    if (error instanceof NoMatchError)
      throw new Error(
        `update of resource "${urn}" failed because the Kubernetes API server reported that the apiVersion for this resource does not exist. Verify that any required CRDs have been created: ${message}`,
        { cause: error },
      );
    // The object is there, but not as it was asked for: the engine keeps it, and applies again next time.
    const live = await server.get(old, nameOf(old)).catch((missing: unknown) => {
      throw new Error(
        `update of resource "${urn}" failed: ${message}\nunable to get cluster state: ${String(missing)}`,
        {
          cause: error,
        },
      );
    });
    throw new InitFailed(
      `the Kubernetes API server reported that "${idOf(live)}" failed to fully initialize or become live: ${message}`,
      idOf(live),
      checkpoint(inputs, live, news, fieldManager),
      { cause: error },
    );
  }
}

interface How {
  readonly fieldManager: string;
  readonly preview: boolean;
}

/** await/await.go ssaUpdate. */
async function applied(
  server: ApiServer,
  settings: Settings,
  inputs: KubeObject,
  old: KubeObject,
  { fieldManager, preview }: How,
): Promise<KubeObject> {
  const current = await server.get(old, nameOf(old));
  const live = preview ? current : await withOwnFields(server, current, fieldManager);
  const force =
    annotation(inputs, "pulumi.com/patchForce") === "true" ||
    settings.enablePatchForce ||
    (preview && isClientSide(live));
  const query = { fieldManager, force: String(force), ...(preview ? { dryRun: "All" } : {}) };
  return await server.apply(inputs, nameOf(live), query).catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.code !== 409) throw error;
    // await/await.go handleSSAErr.
    throw new Error(
      `server-side apply field conflict detected\nThe resource managed by field manager "${fieldManager}" had an apply conflict: ${error.message}`,
      { cause: error },
    );
  });
}

/** await/await.go patchForce: fields of a plain create are still to be taken over, so a dry run would conflict. */
function isClientSide(live: KubeObject): boolean {
  return managers(live).some(
    ({ manager, operation }) => operation === "Update" && clientSideManagers.has(String(manager)),
  );
}

/** await/await.go fixCSAFieldManagers: the fields of former managers become ours, else the first apply conflicts. */
async function withOwnFields(server: ApiServer, live: KubeObject, fieldManager: string): Promise<KubeObject> {
  const entries = managers(live);
  const isFormer = (entry: JsonObject) =>
    entry.subresource === undefined && formerManagers.has(`${entry.manager}/${entry.operation}`);
  const former = entries.filter(isFormer);
  if (former.length === 0) return live;
  const isOurs = (entry: JsonObject) => entry.manager === fieldManager && entry.operation === "Apply";
  const all = [...entries.filter(isOurs), ...former];
  const fields = all.map(({ fieldsV1 }) => fieldsV1 as JsonObject).reduce(union, {});
  const ours = { ...(all[0] as JsonObject), manager: fieldManager, operation: "Apply", fieldsV1: fields };
  const managedFields = [ours, ...entries.filter((entry) => !isFormer(entry) && !isOurs(entry))];
  return await server.jsonPatch(live, nameOf(live), [
    { op: "replace", path: "/metadata/managedFields", value: managedFields },
    { op: "replace", path: "/metadata/resourceVersion", value: live.metadata.resourceVersion as Json },
  ]);
}

function managers(object: KubeObject): JsonObject[] {
  return (object.metadata.managedFields ?? []) as JsonObject[];
}

function union(one: JsonObject, other: JsonObject): JsonObject {
  const merged = { ...one };
  for (const [key, value] of Object.entries(other)) {
    const before = merged[key];
    merged[key] = isMap(before) && isMap(value) ? union(before as JsonObject, value as JsonObject) : value;
  }
  return merged;
}
