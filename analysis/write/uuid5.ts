import { createHash } from "node:crypto";

/** RFC 9562, appendix C: the name spaces of DNS names and of URLs. */
export const namespaces = {
  dns: "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
  url: "6ba7b811-9dad-11d1-80b4-00c04fd430c8",
} as const;

/** UUID of version 5 (RFC 9562, 5.5): the same name gives the same id, on every machine. */
export function uuid5(space: keyof typeof namespaces, name: string): string {
  const bytes = createHash("sha1")
    .update(Buffer.from(namespaces[space].replaceAll("-", ""), "hex"))
    .update(name)
    .digest()
    .subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
