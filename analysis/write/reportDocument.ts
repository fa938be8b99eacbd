/**
 * Benchmark Report 0.2.1, as far as we fill it. The published model is the truth (PyPI llmd-benchmark-report 0.2.1,
 * schema_v0_2.py); it forbids keys that it does not know, but for statistics, where it drops them silently.
 */
export interface ReportDocument {
  readonly version: "0.2.1";
  readonly run: ReportRun;
  readonly scenario?: { readonly stack?: readonly ReportComponent[]; readonly load?: ReportLoad };
  readonly results: ReportResults;
}

export interface ReportRun {
  readonly uid: string;
  readonly eid: string;
  readonly cid?: string;
  /** ISO 8601; the duration too, e.g. PT30S. */
  readonly time?: { readonly start?: string; readonly end?: string; readonly duration?: string };
  readonly user?: string;
  readonly description: string;
  readonly keywords: readonly string[];
}

export interface ReportComponent {
  readonly metadata: {
    readonly schema_version: "0.0.1";
    readonly label: string;
    readonly cfg_id: string;
    readonly description?: string;
  };
  readonly standardized: InferenceEngine | GenericComponent;
  readonly native: { readonly config?: unknown };
}

export interface InferenceEngine {
  readonly kind: "inference_engine";
  readonly tool: string;
  readonly tool_version: string;
  readonly role: "replica" | "decode" | "prefill";
  readonly replicas: number;
  readonly model: { readonly name: string };
  readonly accelerator: {
    readonly model: string;
    /** Of one replica, as llm-d-benchmark's own converter counts them. */
    readonly count: number;
    readonly parallelism: {
      readonly tp: number;
      readonly dp?: number;
      /** Of `dp`, in one pod. */
      readonly dp_local?: number;
      /** Pods of one replica. */
      readonly workers?: number;
    };
  };
}

/** Anything may stand beside the three: for what does not have all that `InferenceEngine` requires. */
export interface GenericComponent {
  readonly kind: "generic";
  readonly tool: string;
  readonly tool_version: string;
  readonly [more: string]: unknown;
}

export interface ReportLoad {
  readonly metadata: { readonly schema_version: "0.0.1"; readonly cfg_id: string; readonly description?: string };
  readonly standardized: {
    readonly tool: string;
    readonly tool_version: string;
    readonly source: "random" | "sampled" | "unknown";
    readonly stage: number;
    readonly input_seq_len: SequenceLength;
    /** Only where it was enforced. */
    readonly output_seq_len?: SequenceLength;
    readonly rate_qps?: number;
    readonly concurrency?: number;
  };
  readonly native: { readonly config?: unknown };
}

export interface SequenceLength {
  readonly distribution: "fixed" | "gaussian" | "uniform" | "other";
  readonly value: number;
  readonly std_dev?: number;
  readonly min?: number;
  readonly max?: number;
}

export interface ReportResults {
  readonly request_performance?: {
    readonly aggregate: {
      readonly requests?: {
        readonly total: number;
        /** Left out where the harness did not keep those that failed. */
        readonly failures?: number;
        readonly incomplete?: number;
        readonly input_length?: Statistic;
        readonly output_length?: Statistic;
        /** New in 0.2.1. */
        readonly multimodal?: { readonly image: { readonly count: Statistic } };
      };
      readonly latency?: Readonly<Record<string, Statistic>>;
      readonly throughput?: Readonly<Record<string, Statistic>>;
    };
  };
  readonly observability?: {
    readonly components?: readonly {
      readonly component_label: string;
      readonly aggregate: { readonly cache_hit_rate: Statistic };
    }[];
    readonly pod_startup_times?: { readonly pods: readonly PodStartup[] };
  };
}

/** `startup_seconds` is from creation to ready, and left out where the creation is not known. */
export interface PodStartup {
  readonly name: string;
  readonly model?: string;
  readonly creation_timestamp?: string;
  readonly ready_timestamp?: string;
  readonly startup_seconds?: number;
}

export type Unit = "count" | "fraction" | "ms" | "ms/token" | "tokens/s" | "queries/s";

/** A statistic without a mean does not exist in this format. */
export interface Statistic {
  readonly units: Unit;
  readonly mean: number;
  readonly min?: number;
  readonly p5?: number;
  readonly p25?: number;
  readonly p50?: number;
  readonly p75?: number;
  readonly p90?: number;
  readonly p95?: number;
  readonly p99?: number;
  readonly max?: number;
}
