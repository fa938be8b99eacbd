import { authenticationOf } from "./clusterLogin.ts";
import type { Cluster } from "./connection.ts";
import { ApiException, HttpMethod, RequestContext, request } from "./kubernetesClient.ts";
import { isStatus } from "./noAnswer.ts";

/**
 * Kinds that the API server serves under `apiVersion` (group/version). Every login may ask this, other than for CRDs,
 * unless the administrator has taken that away: null.
 */
export async function servedKinds(cluster: Cluster, apiVersion: string): Promise<ReadonlySet<string> | null> {
  try {
    const { resources } = await getJson<{ resources: readonly { kind: string }[] }>(cluster, `/apis/${apiVersion}`);
    return new Set(resources.map(({ kind }) => kind));
  } catch (error) {
    // Nothing of this group in this version.
    if (isStatus(error, 404)) return new Set();
    if (isStatus(error, 403)) return null;
    throw error;
  }
}

/** What the API server answers to a plain GET; @throws ApiException on any status but 200. */
export async function getJson<Answer>(cluster: Cluster, path: string): Promise<Answer> {
  const url = `${cluster.identity.server}${path}`;
  const context = new RequestContext(url, HttpMethod.GET);
  await authenticationOf(cluster.config).applySecurityAuthentication(context);
  const dispatcher = context.getDispatcher();
  const { statusCode, body } = await request(url, {
    headers: { ...context.getHeaders(), accept: "application/json" },
    signal: AbortSignal.timeout(10_000),
    ...(dispatcher === undefined ? {} : { dispatcher }),
  });
  if (statusCode !== 200) throw new ApiException(statusCode, path, await body.text(), {});
  return (await body.json()) as Answer;
}
