import type { RequestColumns } from "../run.ts";

/** Room for `length` requests; the caller fills every field of every row. */
export function allocateColumns(length: number) {
  return {
    length,
    request: new Uint32Array(length),
    stage: new Uint16Array(length),
    outcome: new Uint8Array(length),
    flags: new Uint8Array(length),
    scheduledMs: new Float64Array(length),
    sentMs: new Float64Array(length),
    firstTokenMs: new Float64Array(length),
    lastTokenMs: new Float64Array(length),
    endMs: new Float64Array(length),
    promptTokensAsked: new Int32Array(length),
    outputTokensAsked: new Int32Array(length),
    promptTokens: new Int32Array(length),
    outputTokens: new Int32Array(length),
    cachedTokens: new Int32Array(length),
    events: new Uint32Array(length),
    status: new Uint16Array(length),
    finishReason: new Uint8Array(length),
  } satisfies RequestColumns;
}
