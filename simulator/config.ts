/** Everything the simulated engine needs, as plain numbers: `scenario/` computes them from its catalogues by a roofline. */
export interface SimulatorConfig {
  /** Model name served in /v1/models and expected in requests. */
  readonly model: string;
  readonly host: string;
  /** 0 picks a free port; the first line on stdout is then `{"listening": "http://..."}`. */
  readonly port: number;
  readonly seed: number;
  /** Simulated seconds per real second. 1 is real speed; tests use more. */
  readonly speed: number;
  readonly maxModelLen: number;
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
  /** Tokens per KV-cache block. */
  readonly blockSize: number;
  readonly numGpuBlocks: number;
  readonly prefixCaching: boolean;
  readonly timing: StepTiming;
  readonly faults: readonly FaultRule[];
}

/**
 * Cost of one engine step (one forward pass over all scheduled tokens), in ms of simulated time:
 *
 *   step = stepOverheadMs
 *        + max(weightReadMs(tokens), computeMsPerToken * tokens)
 *        + kvReadMsPerToken * (context tokens read by all scheduled sequences)
 *        + attentionMsPerTokenPair * (query token x context token pairs of prefill chunks)
 *
 *   weightReadMs(t) = denseWeightReadMs + expertWeightReadMs * (1 - (1 - expertShare)^t)
 */
export interface StepTiming {
  readonly stepOverheadMs: number;
  /** Weights that every step reads: attention, embeddings, shared experts; all of them for a dense model. */
  readonly denseWeightReadMs: number;
  /** All routed experts of a mixture of experts; 0 for a dense model. */
  readonly expertWeightReadMs: number;
  /** Share of routed experts that one token activates (k / E); 0 for a dense model. */
  readonly expertShare: number;
  readonly computeMsPerToken: number;
  readonly kvReadMsPerToken: number;
  readonly attentionMsPerTokenPair: number;
  /** Per request, outside the GPU: HTTP, tokenisation, detokenisation. Delays the first token, holds no batch slot. */
  readonly requestOverheadMs: number;
}

export type FaultKind =
  | "http500"
  | "http429"
  | "cut" // the connection is closed in mid-stream
  | "stall" // the stream stays open and nothing more comes
  | "malformed" // one event is not JSON
  | "empty" // 200, then [DONE] without a token
  | "engineDead"; // the error event inside a 200 stream that vLLM sends when its engine dies

/** Which requests fail, and how. Requests are numbered from 0 in order of arrival. */
export interface FaultRule {
  readonly kind: FaultKind;
  /** The n-th request, the 2n-th, ...: numbers n-1, 2n-1, ... Exclusive with `requests`. */
  readonly every?: number;
  readonly requests?: readonly number[];
  /** Tokens sent before the fault strikes; only for faults inside a stream. Default 3. */
  readonly afterTokens?: number;
  /** For http429. Default 1. */
  readonly retryAfterSeconds?: number;
}
