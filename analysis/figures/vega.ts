/* What #vega means: both in one file, since vega-lite would otherwise bring parts of Vega a second time. */
export * as vega from "vega";
export { compile, type TopLevelSpec } from "vega-lite";
