import { createHash } from "node:crypto";
import { canonicalJson } from "../scenario/runId.ts";

/** First hex digits of the SHA-256 of `parts`: a name made with it changes when they do, which makes a new object. */
export function shortHash(parts: unknown, digits: number): string {
  return createHash("sha256").update(canonicalJson(parts)).digest("hex").slice(0, digits);
}
