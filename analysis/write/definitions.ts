/** One line each, printed where the numbers are; the full text is docs/metrics.md. */
export const definitions: readonly (readonly [name: string, text: string])[] = [
  ["requests", "sent during the stage; those that the generator cancelled at the stage's end are left out"],
  ["ok %", "share of these that ended well; every other outcome is counted by its class"],
  [
    "output tok/s",
    "output tokens generated inside the stage's window, over the window's wall time, all connections together",
  ],
  ["req/s", "requests, spread over the time they took, inside the window, over the window's wall time"],
  ["TTFT", "first token minus sending (closed loop) or minus the intended time (open loop)"],
  ["TPOT", "(last token - first token) / (output tokens - 1), per request; none for a one-token answer"],
  ["ITL", "gaps between successive token events, all requests together, to within 0.1 %"],
  ["E2E", "end of the answer minus sending (closed loop) or minus the intended time (open loop)"],
  ["NTPOT", "E2E / output tokens, per request"],
  ["generation", "end of the answer minus first token"],
  ["token rate", "output tokens of one request / its E2E; not the system's throughput"],
  ["adjusted", "the same with every failed request as +infinity; where a request failed"],
  ["percentiles", "linear interpolation over all requests of the stage; not given below their sample floor (n<N)"],
];
