import type { EngineEndpoint } from "./kubernetesObject.ts";
import { gatewayHost } from "./llmd/llmdNames.ts";

/** Name of a Gateway -> the host or address that its provider gave it. */
export type GatewayHosts = ReadonlyMap<string, string>;

/** An endpoint behind a Gateway whose address only its status tells; as it is while that is not known. */
export function atAddress(endpoint: EngineEndpoint, hosts: GatewayHosts): EngineEndpoint {
  const host = endpoint.gateway === undefined ? undefined : hosts.get(endpoint.gateway);
  if (host === undefined) return endpoint;
  const written = host.includes(":") ? `[${host}]` : host;
  const at = (url: string) => url.replace(gatewayHost, written);
  const { metricsUrls } = endpoint;
  return {
    ...endpoint,
    url: at(endpoint.url),
    ...(metricsUrls === undefined ? {} : { metricsUrls: metricsUrls.map(at) }),
  };
}
