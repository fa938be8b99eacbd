import { setTimeout as sleep } from "node:timers/promises";
import { containsUnknown, type JsonObject, known } from "../wire/propertyValue.ts";
import type { CreateRequest } from "../wire/provider.ts";
import { ApiError, type ApiServer, NoMatchError } from "./apiServer.ts";
import { refuseAwait } from "./awaiting.ts";
import { checkpoint, fieldManagerOf } from "./checkpoint.ts";
import { annotation, idOf, type KubeObject, kubeObject, nameOf } from "./object.ts";
import type { Settings } from "./settings.ts";

const existsAdvice = `
The resource already exists in the cluster; the real provider explains here how to rename, patch, import or upsert it.`;

/**
 * LLMBENCH_TEST_HOLD_CREATED: a kind whose creation is never answered, so that a test can kill the engine between the
 * object's creation and the state's write. Not of the real provider.
 *
 * provider.go Create; in a preview a server-side dry run where the server can be asked, else the inputs come back.
 */
export async function create(settings: Settings, { urn, properties, preview }: CreateRequest) {
  const { server } = settings;
  if (!preview && server === null)
    throw new Error(`configured Kubernetes cluster is unreachable: ${settings.unreachable}`);
  const unpreviewed = { id: "", properties };
  if (containsUnknown(properties)) return unpreviewed;
  const inputs = kubeObject(known(properties));
  if (server === null || (preview && (await server.kind(inputs.apiVersion, inputs.kind)) === null)) return unpreviewed;
  refuseAwait(inputs);
  const fieldManager = fieldManagerOf({}, inputs);
  try {
    const live = await created(server, settings, inputs, { fieldManager, preview });
    if (!preview && inputs.kind === process.env.LLMBENCH_TEST_HOLD_CREATED) await sleep(600_000);
    // An empty status would be read as a known one by the program (provider.go Create).
    const { status, ...withoutStatus } = live;
    const kept: JsonObject = preview ? withoutStatus : live;
    return { id: preview ? "" : idOf(live), properties: checkpoint(inputs, kept, properties, fieldManager) };
  } catch (error) {
    if (preview && error instanceof ApiError && cannotPreview(error)) return unpreviewed;
    throw creationError(urn, inputs, error);
  }
}

interface How {
  readonly fieldManager: string;
  readonly preview: boolean;
}

/**
 * await/await.go Creation: a plain create under the name "pulumi-kubernetes", which the first update takes over. NotFound
 * and unknown kinds are tried again five times, after 1, 2, 4, 8 and 16 s: the namespace or CRD may be on its way.
 */
async function created(server: ApiServer, settings: Settings, inputs: KubeObject, how: How): Promise<KubeObject> {
  const dryRun: Record<string, string> = how.preview ? { dryRun: "All" } : {};
  const force = annotation(inputs, "pulumi.com/patchForce") === "true" || settings.enablePatchForce || how.preview;
  const upsert = { ...dryRun, fieldManager: how.fieldManager, force: String(force), fieldValidation: "Warn" };
  for (let attempt = 0; ; attempt++) {
    try {
      if (settings.upsertExistingObjects) return await server.apply(inputs, nameOf(inputs), upsert);
      return await server.create(inputs, { ...dryRun, fieldManager: "pulumi-kubernetes" });
    } catch (error) {
      const mayCome = error instanceof NoMatchError || (error instanceof ApiError && error.code === 404);
      if (!mayCome || attempt === 5 || (how.preview && missesNamespace(error))) throw error;
      await sleep(1000 * 2 ** attempt);
    }
  }
}

/** await/error.go IsNamespaceNotFoundErr. */
function missesNamespace(error: unknown): boolean {
  if (!(error instanceof ApiError) || error.code !== 404) return false;
  const details = error.status.details as JsonObject | undefined;
  return details?.kind === "namespaces";
}

/** provider.go Create: forbidden, dry run impossible, no namespace yet, or the object is there already. */
function cannotPreview(error: ApiError): boolean {
  return (
    error.code === 403 ||
    (error.code === 400 && error.message.includes("does not support dry run")) ||
    missesNamespace(error) ||
    (error.code === 409 && error.reason === "AlreadyExists")
  );
}

function creationError(urn: string, inputs: KubeObject, error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof NoMatchError)
    return new Error(
      `creation of resource "${urn}" with kind ${inputs.apiVersion}/${inputs.kind} failed because the Kubernetes API server reported that the apiVersion for this resource does not exist. Verify that any required CRDs have been created: ${message}`,
      { cause: error },
    );
  const exists = error instanceof ApiError && error.reason === "AlreadyExists";
  return new Error(
    `resource "${urn}" was not successfully created by the Kubernetes API server: ${message}${exists ? `\n${existsAdvice}` : ""}`,
    { cause: error },
  );
}
