/** A Kubernetes object as the API server takes it; builders return the typed ones of the official client, which all fit. */
export interface KubernetesObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/**
 * A Helm release, in the place where its objects would stand: Pulumi declares it as kubernetes:helm.sh/v3:Release, under this
 * very name, since charts derive the names of Services from it.
 */
export interface HelmRelease extends KubernetesObject {
  readonly apiVersion: "helm.sh/v3";
  readonly kind: "Release";
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    /** Name in the repository; a path, or an oci:// reference, where `repository` is null. */
    readonly chart: string;
    readonly repository: string | null;
    /** null: a folder, which has what it has. */
    readonly version: string | null;
    /** Never holds a secret: values end up in the state, in the release's own record, and in what is kept of a run. */
    readonly values: Readonly<Record<string, unknown>>;
  };
}

export function isRelease(object: KubernetesObject): object is HelmRelease {
  return object.kind === "Release" && object.apiVersion === "helm.sh/v3";
}

/** Pods of an engine that are waited for together. */
export interface EngineWorkload {
  readonly kind: "Deployment" | "LeaderWorkerSet";
  readonly name: string;
  readonly role: "engine" | "decode" | "prefill" | "router" | "gateway";
  /** Release that brings it, to be named when it fails; null: declared by us. */
  readonly release: string | null;
}

/** Objects of one engine, in order of creation. */
export interface EngineManifests {
  readonly target: string;
  /** Claim, download Job, ConfigMaps, Secret (without its data), Deployment, Service, ...; empty for an existing engine. */
  readonly objects: readonly KubernetesObject[];
  readonly endpoint: EngineEndpoint;
  /** To wait for; empty where there is nothing to wait for. */
  readonly workloads: readonly EngineWorkload[];
  /** Service that has to lead to all pods of the workloads and to no others; null: there is none, e.g. where a router picks. */
  readonly service: string | null;
  readonly downloadJob: string | null;
  /** GPUs (or slices) that all its replicas hold together; 0 for simulated and existing engines. */
  readonly gpus: number;
}

/** Where the engine of a target answers, seen from a pod of the cluster. */
export interface EngineEndpoint {
  /** Without "/v1". */
  readonly url: string;
  readonly servedModel: string;
  /** Secret of the harness namespace that holds the key under `key`; null: the engine wants none. */
  readonly apiKeySecret: { readonly name: string; readonly key: string } | null;
  /** Where all its pods tell their metrics; absent: `/metrics` of the url. */
  readonly metricsUrls?: readonly string[];
  /**
   * Gateway in the engine's namespace whose status tells the host; `url` then has the placeholder of `gatewayHost` in its
   * place, until it is known. Absent: the url is what it is.
   */
  readonly gateway?: string;
}

/** Objects of one run: its plan and its Job. */
export interface RunManifests {
  readonly objects: readonly KubernetesObject[];
  readonly job: string;
  readonly namespace: string;
  /** Folder below the mount point of the results claim. */
  readonly resultsPath: string;
}

/** One of our programs as a single file (esbuild), to run on a stock Node image. */
export interface SourceBundle {
  readonly program: "harness" | "simulator";
  readonly sha256: string;
  readonly code: string;
}
