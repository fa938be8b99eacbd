import type { Dispatcher } from "undici";
import { Client } from "undici";

/** The yardstick: undici's `dispatch` on the same connections, doing nothing but counting events. */
export async function bareLoop(
  origin: string,
  concurrency: number,
  body: string,
  requests: number,
): Promise<{ events: number }> {
  const options: Dispatcher.DispatchOptions = {
    path: "/v1/chat/completions",
    method: "POST",
    headers: ["content-type", "application/json"],
    body,
  };
  let started = 0;
  let ended = 0;
  let events = 0;
  await new Promise<void>((resolve, reject) => {
    const clients = Array.from(
      { length: concurrency },
      () => new Client(origin, { pipelining: 1, headersTimeout: 0, bodyTimeout: 0, allowH2: false }),
    );
    for (const client of clients) {
      const handler: Dispatcher.DispatchHandler = {
        onRequestStart() {},
        onResponseStart() {},
        onResponseData(_controller, chunk) {
          // Every event of this server ends in an empty line, and no event holds a line feed anywhere else.
          let feeds = 0;
          for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) feeds++;
          events += feeds / 2;
        },
        onResponseEnd() {
          ended++;
          if (started < requests) send();
          else if (ended === requests) {
            Promise.all(clients.map((c) => c.close())).then(() => resolve(), reject);
          }
        },
        onResponseError(_controller, error) {
          reject(error);
        },
      };
      const send = (): void => {
        started++;
        client.dispatch(options, handler);
      };
      send();
    }
  });
  return { events };
}
