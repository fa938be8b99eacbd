/** What one run of the load generator does: the rendered workload profile plus the endpoint. One JSON file, no secrets. */
export interface HarnessPlan {
  readonly formatVersion: 1;
  readonly runId: string;
  readonly target: PlanTarget;
  /** Same seed, same prompts, same lengths, same arrival times; for every target and on every machine. */
  readonly seed: number;
  readonly api: "chat" | "completions";
  readonly stream: boolean;
  /** Forces the exact output length (`ignore_eos` with `max_tokens`); engines that refuse it are named in the error. */
  readonly ignoreEos: boolean;
  /** Sent as they are in every request body, e.g. {"temperature": 0}. */
  readonly extraBody: Readonly<Record<string, unknown>>;
  readonly data: DataSource;
  /** Discarded requests before the first stage, with prompts from a seed range of their own. null: none. */
  readonly warmup: Warmup | null;
  readonly stages: readonly [Stage, ...Stage[]];
  readonly deadlines: Deadlines;
  /** Where the server tells its metrics. Absent: `/metrics` of the target's origin; null: nobody is asked. */
  readonly metrics?: MetricsPlan | null;
  /** Others that load their engines meanwhile: every part begins when all are ready for it. Absent: nobody is waited for. */
  readonly barrier?: BarrierPlan;
}

export interface BarrierPlan {
  /** That all of them see: absolute, or from the working directory. */
  readonly folder: string;
  /** Of this one; one of `names`. */
  readonly name: string;
  readonly names: readonly string[];
  /** For the first meeting; at later ones the others are waited for as long as they live. */
  readonly timeoutSeconds: number;
}

export interface MetricsPlan {
  /** All addresses of each host are asked, e.g. every pod of a headless Service. Routers and GPU exporters, too. */
  readonly urls: readonly string[];
}

export const mostMetricsUrls = 32;

export interface PlanTarget {
  readonly name: string;
  /** Scheme, host, port and prefix without `/v1/...`, e.g. "http://127.0.0.1:8000". */
  readonly baseUrl: string;
  readonly model: string;
  /** Environment variable that holds the API key; null: no Authorization header. */
  readonly apiKeyEnv: string | null;
}

export interface Warmup {
  readonly requests: number;
  readonly concurrency: number;
}

export interface Stage {
  readonly name: string;
  readonly load: Load;
  readonly stop: { readonly seconds: number } | { readonly requests: number };
}

export type LoadType = Load["type"];
export type Load =
  /** Closed loop: the next request leaves when one ends. */
  | { readonly type: "concurrency"; readonly concurrency: number }
  /** Open loop: requests leave when the schedule says so, whatever the server does. */
  | { readonly type: "constant" | "poisson"; readonly requestsPerSecond: number };

export type DataSource =
  | {
      readonly type: "synthetic";
      /** `tokenIds` is exact and needs api "completions"; `text` is approximate, the server's usage tells the truth. */
      readonly form: "text" | "tokenIds";
      readonly inputTokens: Distribution;
      readonly outputTokens: OutputLength;
      /** Prompts of one group begin with the same `tokens` tokens, put before `inputTokens` others. null: nothing shared. */
      readonly sharedPrefix: { readonly tokens: number; readonly groups: number } | null;
      /** After the text of each chat message; what they cost in tokens is the model's affair, so the prompt's length is unknown. */
      readonly images?: Images | undefined;
    }
  /** Path: absolute, or from the working directory. Custom prompts: .jsonl ({"prompt": ..., "max_tokens"?: n} or {"messages": [...]}) or .txt (one prompt a line). */
  | { readonly type: "file"; readonly path: string; readonly outputTokens: Distribution };

export interface Images {
  /** In each request; no two images of a run are alike. */
  readonly count: number;
  readonly format: "png";
  /** Pixels, uniform, both ends included. */
  readonly width: { readonly min: number; readonly max: number };
  readonly height: { readonly min: number; readonly max: number };
}

export type OutputLength =
  | Distribution
  /** As a translation follows its text: the prompt's own tokens (without sharedPrefix) times a lognormal factor, cut to min..max tokens. */
  | {
      readonly type: "relative";
      readonly factorMean: number;
      readonly factorStdDev: number;
      readonly min: number;
      readonly max: number;
    };

export type Distribution =
  | { readonly type: "fixed"; readonly value: number }
  | { readonly type: "uniform"; readonly min: number; readonly max: number }
  | {
      readonly type: "normal" | "lognormal";
      /** Mean and standard deviation of the value itself (also for lognormal), before it is cut to min..max. */
      readonly mean: number;
      readonly stdDev: number;
      readonly min: number;
      readonly max: number;
    };

/** In ms; every wait of a request has one of these bounds. */
export interface Deadlines {
  readonly connectMs: number;
  readonly firstTokenMs: number;
  readonly betweenTokensMs: number;
  readonly totalMs: number;
  /** After the end of a fixed-time stage, for what is still in flight; at least the stage's own length. Default 30,000. */
  readonly drainMs?: number;
}
