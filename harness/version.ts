/** Changes whenever what is sent or how it is measured changes: results of different versions are not compared silently. */
export const HARNESS_VERSION = "0.1.0";
