/** Names of inference-perf's stages, the same in plan and results. Its "constant" has random gaps (see inferencePerfTraps.ts). */
export function rateName(type: string | null, requestsPerSecond: number): string {
  const rate = `${Number(requestsPerSecond.toPrecision(4))}/s`;
  if (type === "constant") return `constant ${rate}, random gaps`;
  if (type === "trace_replay") return `trace replay ${rate}`;
  return type === null ? `rate ${rate}, random gaps` : `${type} ${rate}`;
}

export function concurrencyName(concurrency: number): string {
  return `concurrency ${concurrency}`;
}

/** 0: all sessions at once. */
export function sessionsName(sessions: number): string {
  return `sessions ${sessions === 0 ? "all" : sessions}`;
}
