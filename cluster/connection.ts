import { ClusterHttp } from "./clusterHttp.ts";
import { authenticationOf } from "./clusterLogin.ts";
import {
  BatchV1Api,
  type Configuration,
  CoreV1Api,
  createConfiguration,
  type KubeConfig,
  KubernetesObjectApi,
  ServerConfiguration,
  wrapHttpLibrary,
} from "./kubernetesClient.ts";
import { whyNoAnswer } from "./noAnswer.ts";

export { clusterAccess } from "./kubeconfig.ts";

/** Which cluster: resolved once, shown in preview, kept in the stack's outputs. Holds no credential. */
export interface ClusterIdentity {
  /** Context of the kubeconfig, or the host itself where host and token were given. */
  readonly context: string;
  readonly server: string;
}

/** A resolved cluster and how to log in to it. */
export interface ClusterAccess {
  readonly identity: ClusterIdentity;
  /** For the Pulumi provider: a file, or (host and token, several merged files) a text that holds credentials. */
  readonly kubeconfig: { readonly path: string } | { readonly secretText: string };
  readonly config: KubeConfig;
}

/** Typed clients of one cluster; each request has a deadline of its own. */
export interface Cluster {
  readonly identity: ClusterIdentity;
  readonly config: KubeConfig;
  readonly core: CoreV1Api;
  readonly batch: BatchV1Api;
  readonly objects: KubernetesObjectApi;
}

/** Clients that share one pool of connections, a deadline per request and bounded retries of reads. Asks nothing yet. */
export function connect({ identity, config }: ClusterAccess): Cluster {
  const configuration = createConfiguration({
    baseServer: new ServerConfiguration(identity.server, {}),
    authMethods: { default: authenticationOf(config) },
    httpApi: wrapHttpLibrary(new ClusterHttp()),
  });
  return {
    identity,
    config,
    core: new CoreV1Api(configuration),
    batch: new BatchV1Api(configuration),
    objects: objectsApi(configuration, config),
  };
}

/** null: the API server answers and knows us. Otherwise one sentence why not. */
export async function reachable(cluster: Cluster): Promise<string | null> {
  try {
    await cluster.core.listNamespace({ limit: 1 });
    return null;
  } catch (error) {
    return whyNoAnswer(error, cluster.identity);
  }
}

/** Its constructor is protected, and its factory makes a client without deadlines. */
function objectsApi(configuration: Configuration, config: KubeConfig): KubernetesObjectApi {
  return KubernetesObjectApi.makeApiClient(
    Object.assign(Object.create(config) as KubeConfig, {
      makeApiClient: <T>(api: new (configuration: Configuration) => T) => new api(configuration),
    }),
  );
}
