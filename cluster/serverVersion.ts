import { request } from "undici";
import { ApiException, HttpMethod, RequestContext } from "#kubernetes-client";
import { authenticationOf } from "./clusterLogin.ts";
import type { Cluster } from "./connection.ts";

/** E.g. v1.34.1-gke.2037000; every login may read it, where the administrator has not said otherwise. */
export async function serverVersion(cluster: Cluster): Promise<string> {
  const url = `${cluster.identity.server}/version`;
  const context = new RequestContext(url, HttpMethod.GET);
  await authenticationOf(cluster.config).applySecurityAuthentication(context);
  const dispatcher = context.getDispatcher();
  const { statusCode, body } = await request(url, {
    headers: context.getHeaders(),
    signal: AbortSignal.timeout(10_000),
    ...(dispatcher === undefined ? {} : { dispatcher }),
  });
  if (statusCode !== 200) throw new ApiException(statusCode, "version", await body.text(), {});
  return ((await body.json()) as { gitVersion: string }).gitVersion;
}
