import { createHash } from "node:crypto";

/** SHA-256 (64 hex digits) of the parts as JSON with sorted keys: equal content gives an equal fingerprint, however it was written. */
export function fingerprint(parts: unknown): string {
  return createHash("sha256").update(canonicalJson(parts)).digest("hex");
}

/** `<target>-<8 hex>-r<n>`: a name for files, labels and Jobs that changes whenever the result could. */
export function runId(target: string, fingerprint: string, repetition: number): string {
  return `${target}-${fingerprint.slice(0, 8)}-r${repetition}`;
}

/** Keys sorted, `undefined` members left out, as JSON.stringify does; throws on NaN and infinities, which JSON would turn into null. */
export function canonicalJson(value: unknown): string {
  if (typeof value === "number" && !Number.isFinite(value))
    throw new TypeError(`no fingerprint of the number ${value}`);
  if (value === undefined || typeof value === "function") throw new TypeError(`no fingerprint of ${typeof value}`);
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(",")}}`;
}
