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

/** Objects of one engine, in order of creation. */
export interface EngineManifests {
  readonly target: string;
  /** Claim, download Job, ConfigMaps, Secret (without its data), Deployment, Service, ...; empty for an existing engine. */
  readonly objects: readonly KubernetesObject[];
  readonly endpoint: EngineEndpoint;
  /** Names to wait for; null where there is nothing to wait for. */
  readonly deployment: string | null;
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
