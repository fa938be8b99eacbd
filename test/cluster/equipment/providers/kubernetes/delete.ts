import { setTimeout as sleep } from "node:timers/promises";
import { warn } from "../wire/engineLog.ts";
import { type DeleteRequest, InitFailed } from "../wire/provider.ts";
import { ApiError, NoMatchError } from "./apiServer.ts";
import { skipsDeletionAwait } from "./awaiting.ts";
import { checkpoint, fieldManagerOf, fromCheckpoint } from "./checkpoint.ts";
import { annotation, idOf, type KubeObject, kubeObject } from "./object.ts";
import type { Settings } from "./settings.ts";

const pollMilliseconds = 300;

/** provider.go Delete, await/await.go Deletion: foreground, then until the object is gone. */
export async function remove(settings: Settings, request: DeleteRequest): Promise<void> {
  const { server } = settings;
  const { urn, properties } = request;
  if (server === null) {
    warn(urn, `configured Kubernetes cluster is unreachable: ${settings.unreachable}`);
    if (settings.deleteUnreachable) return;
    throw new Error(
      'configured Kubernetes cluster is unreachable. If the cluster was deleted, you can remove this resource from Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"',
    );
  }
  const { inputs: raw, live } = fromCheckpoint(properties);
  const inputs = kubeObject({ apiVersion: live.apiVersion, kind: live.kind, ...raw });
  const name = request.id.split("/").at(-1) as string;
  try {
    await server.delete(live, name, propagation(inputs));
    if (skipsDeletionAwait(inputs)) return;
    const deadline = Date.now() + timeoutSeconds(request, inputs) * 1000;
    let last = await server.get(live, name);
    while (Date.now() < deadline) {
      await sleep(pollMilliseconds);
      last = await server.get(live, name);
    }
    throw stillThere(request, last);
  } catch (error) {
    if (error instanceof NoMatchError || (error instanceof ApiError && error.code === 404)) return;
    throw error;
  }
}

/** metadata/overrides.go DeletionPropagation. */
function propagation(inputs: KubeObject): string {
  const asked = annotation(inputs, "pulumi.com/deletionPropagationPolicy").toLowerCase();
  return { orphan: "Orphan", background: "Background" }[asked] ?? "Foreground";
}

/** metadata/overrides.go TimeoutDuration: customTimeouts, else the annotation, else 10 minutes. */
function timeoutSeconds({ timeoutSeconds: asked }: DeleteRequest, inputs: KubeObject): number {
  return asked || Number.parseInt(annotation(inputs, "pulumi.com/timeoutSeconds"), 10) || 600;
}

/** await/condition/deleted.go Range, last lines. */
function stillThere({ urn, properties }: DeleteRequest, last: KubeObject): Error {
  const finalizers = ((last.metadata.finalizers ?? []) as string[]).join(", ");
  warn(urn, `finalizers might be preventing deletion (${finalizers})`);
  const kept = checkpoint(last, last, properties, fieldManagerOf(properties, {}));
  return new InitFailed(`timed out waiting for "${idOf(last)}" to be deleted`, idOf(last), kept);
}
