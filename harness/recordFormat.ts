/**
 * The load generator's native files, all in one folder:
 *
 *   plan.json       the plan as it ran
 *   requests.bin    one fixed-size record per request, in order of completion, little-endian (layout below)
 *   arrivals.bin    token arrivals, unsigned LEB128 varints of microseconds: per request the gap from `sentMs` to the
 *                   first token-bearing event, then the gaps between successive token-bearing events
 *   errors.jsonl    {"request", "stage", "outcome", "status", "message"} per failed request (messages cut to 500 chars)
 *   summary.json    HarnessSummary
 *   engine.json     EngineIdentity: who answered before the first request
 *   server_metrics.jsonl.gz   ServerMetricsHead, then a ServerMetricsLine per page: what the server said of itself
 *
 * Times are ms on the generator's monotonic clock, 0 at the start of the run; `HarnessSummary.startedAt` anchors them.
 */
export const RECORD_BYTES = 96;
export const WARMUP_STAGE = 0xffff;

/** Byte offsets in a record. f64 absent = NaN; i32 absent = -1. */
export const offsets = {
  request: 0, // u32, order of scheduling, warm-up included
  stage: 4, // u16, WARMUP_STAGE for warm-up
  outcome: 6, // u8, index into `outcomes`
  flags: 7, // u8, `flags`
  scheduledMs: 8, // f64, intended time; equals sentMs in a closed loop
  sentMs: 16, // f64, handed to an open connection; where one had to be opened first, when that began
  headersMs: 24, // f64
  firstTokenMs: 32, // f64, first event with a token (content or reasoning); absent when not streamed
  lastTokenMs: 40, // f64, absent when not streamed
  endMs: 48, // f64, the end of the answer was read, or the failure noticed (deadlines: up to 10 ms late)
  promptTokensAsked: 56, // i32
  outputTokensAsked: 60, // i32
  promptTokens: 64, // i32, server usage
  outputTokens: 68, // i32, server usage, else counted events (see flags); absent when neither is there
  cachedTokens: 72, // i32, usage.prompt_tokens_details.cached_tokens
  events: 76, // u32, token-bearing events
  arrivalsBytes: 80, // u32
  status: 84, // u16, HTTP status, 0 = none
  finishReason: 86, // u8, index into `finishReasons`
  arrivalsOffset: 88, // f64, byte offset in arrivals.bin
} as const;

export const flags = {
  /** outputTokens comes from the server's usage; otherwise it is the number of token-bearing events. */
  outputFromUsage: 1,
  streamed: 2,
} as const;

export const outcomes = [
  "ok",
  "timeout", // a deadline passed; the message says which
  "connect", // no connection, DNS, TLS, refused
  "http429",
  "http4xx",
  "http5xx",
  "cut", // the connection ended before the stream did
  "malformed", // an event or body that is not what the API promises
  "streamError", // an error event inside a 200 stream
  "empty", // a well-formed answer without a token
  "cancelled", // stopped by us: stage end or signal
] as const;
export type Outcome = (typeof outcomes)[number];

export const finishReasons = ["none", "stop", "length", "other"] as const;

/** How the run ended, and how healthy the generator itself was. */
export interface HarnessSummary {
  readonly formatVersion: 1;
  readonly harnessVersion: string;
  readonly runId: string;
  /** partial: stopped by a signal or a failure of ours; what is in the files is true. */
  readonly status: "complete" | "partial";
  readonly reason: string | null;
  /** ISO 8601, of time 0. */
  readonly startedAt: string;
  readonly endedMs: number;
  readonly node: string;
  readonly cpuModel: string;
  readonly cpuCount: number;
  readonly warmup: StageSummary | null;
  readonly stages: readonly StageSummary[];
}

export interface StageSummary {
  readonly name: string;
  readonly status: "complete" | "partial" | "skipped";
  /** First intended send and end of the stage's window: its last intended send, or its time limit. */
  readonly startMs: number;
  readonly endMs: number;
  /** When the last response had ended. */
  readonly drainedMs: number;
  /** Requests sent; always the sum of `outcomes`. */
  readonly sent: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly client: ClientHealth;
  /** Open loop only: realised coefficient of variation of the gaps of the schedule. */
  readonly gapCv: number | null;
}

/** Was the generator the bottleneck? */
export interface ClientHealth {
  /** Process CPU time over wall time; 1 = one core. */
  readonly cpu: number;
  readonly eventLoopLagP99Ms: number;
  readonly eventLoopLagMaxMs: number;
  /** Sent minus scheduled, open loop only. */
  readonly dispatchLagP50Ms: number | null;
  readonly dispatchLagP99Ms: number | null;
  readonly maxRssMb: number;
}

/** One line of JSON on stdout with `--progress json`, at least once a second. */
export interface HarnessProgress {
  /** waiting: for the engine to answer (`--wait-ready`), or with name "others" at the plan's barrier, before anything is sent. */
  readonly phase: "waiting" | "warmup" | "stage" | "draining" | "done";
  readonly stage: number; // from 1
  readonly stages: number;
  readonly name: string;
  readonly elapsedSeconds: number;
  readonly etaSeconds: number | null;
  readonly inFlight: number;
  /** Of the current stage or of warm-up; of all stages when done. */
  readonly ok: number;
  readonly failed: number;
  /** While waiting only: what the last try met, e.g. "connect ECONNREFUSED 10.0.0.7:8000". */
  readonly note?: string;
}

/** What the endpoint said about itself. A field that it did not tell is null, and `missing` says why. */
export interface EngineIdentity {
  readonly formatVersion: 1;
  /** ISO 8601. */
  readonly askedAt: string;
  readonly baseUrl: string;
  /** GET /version, as vLLM answers it. */
  readonly version: string | null;
  /** GET /v1/models. */
  readonly models: readonly ServedModel[] | null;
  /** The `server` header of these answers. */
  readonly server: string | null;
  /** Our simulated engine says so itself, in a header and in /version; null where neither does. */
  readonly simulator: SimulatorMark | null;
  readonly missing: Readonly<Partial<Record<"version" | "models" | "server" | "simulator", string>>>;
}

export interface ServedModel {
  readonly id: string;
  /** `max_model_len`; null where the engine does not tell it. */
  readonly maxModelLen: number | null;
}

/** Header that our simulated engine puts on every answer; its value is its version. */
export const simulatorHeader = "x-llm-bench-simulator";

export interface SimulatorMark {
  readonly version: string;
  /** Simulated seconds per real second; null where only the header told of it. */
  readonly speed: number | null;
}

export const serverMetricsFile = "server_metrics.jsonl.gz";

/** The first line. */
export interface ServerMetricsHead {
  readonly formatVersion: 1;
  readonly everyMs: number;
}

/** One page of one address, or why there is none. */
export interface ServerMetricsLine {
  /** begin: before the stage's first request; end: after its last answer; during: in between. */
  readonly moment: "begin" | "during" | "end";
  /** From 0; warm-up has none. */
  readonly stage: number;
  /** The same for all addresses that were asked together. */
  readonly round: number;
  /** When it was asked, ms from the run's start, and how long the answer took. */
  readonly atMs: number;
  readonly tookMs: number;
  readonly url: string;
  /** null: the host's name has none. */
  readonly address: string | null;
  /** Lines of the exposition with names that are of use, as they came; absent where there is a gap. */
  readonly text?: string;
  /** The page was longer than what is kept. */
  readonly cut?: boolean;
  readonly gap?: string;
  /** Nobody ever answered there, and it is not asked again. */
  readonly final?: true;
  /** Lines before this one that the disk was too slow for. */
  readonly lost?: number;
}
