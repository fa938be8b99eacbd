import type { IncomingMessage } from "node:http";
import { badRequest, notJson } from "./apiError.ts";

const MOST_BYTES = 64 * 1024 * 1024;
/** A client that sends half a body and falls silent must not hold its place for ever. */
const LONGEST_MS = 60_000;

/** The whole body as text; refuses what vLLM would refuse before reading it. */
export function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const timer = setTimeout(() => {
      request.destroy();
      reject(badRequest(`The body did not arrive within ${LONGEST_MS / 1000} s`));
    }, LONGEST_MS);
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MOST_BYTES) chunks.push(chunk);
    });
    request.on("end", () => {
      clearTimeout(timer);
      if (bytes > MOST_BYTES) reject(badRequest(`The body has ${bytes} bytes; ${MOST_BYTES} are allowed`));
      else if (!isJson(request)) reject(notJson());
      else resolve(Buffer.concat(chunks).toString("utf8"));
    });
    request.on("error", reject);
    request.on("close", () => {
      clearTimeout(timer);
      if (!request.complete) reject(badRequest("The connection closed before the body was complete"));
    });
  });
}

function isJson(request: IncomingMessage): boolean {
  return (request.headers["content-type"] ?? "").split(";")[0]!.trim().toLowerCase() === "application/json";
}
