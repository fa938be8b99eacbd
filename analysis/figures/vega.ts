/* Both by one import: vega is its own bundle, and vega-lite is loaded with it or not at all. */
export * as vega from "vega";
export { compile, type TopLevelSpec } from "vega-lite";
