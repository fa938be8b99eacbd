import { setTimeout as sleep } from "node:timers/promises";
import {
  type Dispatcher,
  type PromiseHttpLibrary,
  type RequestContext,
  ResponseContext,
  request,
} from "./kubernetesClient.ts";
import { isTransient, isTransientStatus } from "./noAnswer.ts";

/** Of one request with its answer, in ms; the client's own wait for ever. */
const requestMs = 10_000;
/** Before the second and the third try of a read; longer outages are for whoever waits on something. */
const retryMs = [200, 800];

/** How requests of the typed clients travel: with a deadline, and reads again after a fault that passes. */
export class ClusterHttp implements PromiseHttpLibrary {
  readonly #requestMs: number;

  constructor(deadlineMs = requestMs) {
    this.#requestMs = deadlineMs;
  }

  async send(context: RequestContext): Promise<ResponseContext> {
    const reads = context.getHttpMethod() === "GET";
    for (let tries = 0; ; tries++) {
      const pause = reads ? retryMs[tries] : undefined;
      try {
        const answer = await this.#once(context);
        if (pause === undefined || !isTransientStatus(answer.httpStatusCode)) return answer;
      } catch (error) {
        if (pause === undefined || context.getSignal()?.aborted || !isTransient(error) || timedOut(error)) throw error;
      }
      await sleep(pause, undefined, { signal: context.getSignal() as AbortSignal });
    }
  }

  async #once(context: RequestContext): Promise<ResponseContext> {
    const deadline = AbortSignal.timeout(this.#requestMs);
    const given = context.getSignal();
    const dispatcher = context.getDispatcher();
    const { statusCode, headers, body } = await request(context.getUrl(), {
      method: context.getHttpMethod() as Dispatcher.HttpMethod,
      headers: context.getHeaders(),
      body: (context.getBody() as string | undefined) ?? null,
      signal: given ? AbortSignal.any([given, deadline]) : deadline,
      ...(dispatcher === undefined ? {} : { dispatcher }),
    });
    // Read here: a connection that breaks in the middle of an answer is worth another try as well.
    const bytes = Buffer.from(await body.arrayBuffer());
    const flat = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    return new ResponseContext(statusCode, flat, {
      text: async () => bytes.toString("utf8"),
      binary: async () => bytes,
      stream: () => null,
    });
  }
}

/** Another 10 s would only make the caller wait longer to be told. */
function timedOut(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError";
}
