/** Of the simulated engine itself: on every answer as the header `simulatorHeader`, and in /version. */
export const SIMULATOR_VERSION = "0.1.0";

export const simulatorHeader = "x-llm-bench-simulator";
