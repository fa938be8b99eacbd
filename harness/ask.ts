import { Client } from "undici";
import { causeOf, seconds } from "./failure.ts";
import type { PlanTarget } from "./plan.ts";
import { HARNESS_VERSION } from "./version.ts";

const LONGEST_BODY_BYTES = 2 ** 20;

/** What an endpoint answered to one request, or why it did not. */
export type Reply =
  | { readonly status: number; readonly header: (name: string) => string | null; readonly body: string }
  | { readonly status: null; readonly cause: string };

/**
 * One GET, or POST of a `body`, on a connection of its own, at most `timeoutMs` in all: a kept one could still lead to the pod that a Service
 * has replaced. Never throws; `signal` ends it early. A key that the answer repeats is replaced by ***.
 */
export async function ask(
  target: PlanTarget,
  path: string,
  apiKey: string | null,
  timeoutMs: number,
  signal: AbortSignal,
  body: object | null = null,
): Promise<Reply> {
  const url = new URL(target.baseUrl);
  const client = new Client(url.origin, { allowH2: false });
  const timeout = AbortSignal.timeout(Math.ceil(timeoutMs));
  try {
    const response = await client.request({
      method: body === null ? "GET" : "POST",
      path: `${url.pathname.replace(/\/+$/, "")}${path}`,
      headers: {
        accept: "application/json",
        ...(body === null ? {} : { "content-type": "application/json" }),
        "user-agent": `llm-bench/${HARNESS_VERSION}`,
        ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
      },
      ...(body === null ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.any([signal, timeout]),
    });
    const clean = (text: string): string => (apiKey === null ? text : text.replaceAll(apiKey, "***"));
    const header = (name: string): string | null => {
      const value = response.headers[name];
      return value === undefined ? null : clean(String(value));
    };
    const pieces: Buffer[] = [];
    let length = 0;
    for await (const piece of response.body) {
      pieces.push(piece as Buffer);
      length += (piece as Buffer).length;
      if (length > LONGEST_BODY_BYTES) break;
    }
    return { status: response.statusCode, header, body: clean(Buffer.concat(pieces).toString("utf8")) };
  } catch (error) {
    return { status: null, cause: timeout.aborted ? `no answer in ${seconds(timeoutMs)}` : causeOf(error as Error) };
  } finally {
    // Not awaited: whatever is still open is of no more use, and must hold nobody up.
    client.destroy(null).catch(() => {});
  }
}
