import type { ServerResponse } from "node:http";

/**
 * A 200 answer of server-sent events, framed into HTTP chunks here and not by node:http, which writes four pieces for
 * each chunk: with a thousand streams at 50 tokens a second that is most of the cost. One event is one chunk, as from
 * vLLM; what falls due at the same moment leaves in one write.
 */
export class EventStream {
  readonly #response: ServerResponse;
  #pending = "";

  constructor(response: ServerResponse, headers: Readonly<Record<string, string>>) {
    this.#response = response;
    response.writeHead(200, {
      ...headers,
      "content-type": "text/event-stream; charset=utf-8",
      "transfer-encoding": "chunked",
    });
    // vLLM's headers leave at once, long before the first token; without a body yet, Node would hold them back.
    response.flushHeaders();
    response.chunkedEncoding = false;
  }

  /** Queues one event, in ASCII. */
  push(event: string): void {
    if (event !== "") this.#pending += `${event.length.toString(16)}\r\n${event}\r\n`;
  }

  flush(): void {
    if (this.#pending === "") return;
    // Straight to the socket once it is this response's turn on it; node:http would cork and uncork around each write.
    const { socket } = this.#response;
    if (socket) socket.write(this.#pending, "latin1");
    else this.#response.write(this.#pending, "latin1");
    this.#pending = "";
  }

  end(): void {
    this.#response.end(`${this.#pending}0\r\n\r\n`, "latin1");
    this.#pending = "";
  }

  /** Sends what is queued, then breaks the connection off without the end mark. */
  cut(): void {
    const { socket } = this.#response;
    this.#response.write(this.#pending, "latin1", () => socket?.destroy());
    this.#pending = "";
  }
}
