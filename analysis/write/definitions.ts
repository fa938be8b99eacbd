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
  [
    "objectives",
    "a failed request is endlessly slow; PASS and FAIL: the 95 % interval of the percentile is on one side of the limit",
  ],
  ["good", "successful, and within the limit of the highest percentile that is set for each latency"],
  ["$/M", "cost per hour of all GPUs of the deployment over a million tokens at this load's rate"],
  ["percentiles", "linear interpolation over all requests of the stage; not given below their sample floor (n<N)"],
];

/** Of a run that sent nothing and read how an engine started; the full text is docs/metrics.md. */
export const startDefinitions: readonly (readonly [name: string, text: string])[] = [
  [
    "time to ready",
    "pod condition Ready minus the container's start, whole seconds, no log involved; image pull excluded",
  ],
  ["phase", "from the first log line that begins it to the line that ends it, over all processes of the engine"],
  ["all phases", "the time that at least one phase covers; phases of several processes overlap"],
  ["not explained", "time to ready minus all phases: Python's start and imports, gaps, the wait for the next probe"],
  ["vLLM's values", "numbers that vLLM measured and printed itself; of several processes the slowest, or their sum"],
  ["not found", "what this version should log and this log does not hold: null, never 0"],
];
