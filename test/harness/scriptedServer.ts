import { createServer, type Server, type Socket } from "node:net";

export interface ScriptedRequest {
  /** From 0, in order of arrival. */
  readonly index: number;
  readonly path: string;
  readonly head: string;
  readonly body: Record<string, unknown>;
}

/** A server that answers each request with bytes the test writes itself, on a raw socket. */
export class ScriptedServer {
  readonly requests: ScriptedRequest[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Answers the GET requests, which are not in `requests`: a whole response. */
  onGet: (path: string, head: string) => string = () => fixed("404 Not Found", "application/json", "{}");

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(answer: (socket: Socket, request: ScriptedRequest) => void): Promise<ScriptedServer> {
    const server = createServer({ noDelay: true });
    const scripted = new ScriptedServer(server);
    server.on("connection", (socket) => {
      scripted.#sockets.add(socket);
      socket.on("close", () => scripted.#sockets.delete(socket));
      socket.on("error", () => socket.destroy());
      let text = "";
      socket.on("data", (data) => {
        text += data.toString("utf8");
        const headEnd = text.indexOf("\r\n\r\n");
        if (headEnd < 0) return;
        const head = text.slice(0, headEnd);
        if (head.startsWith("GET ")) {
          text = "";
          socket.write(scripted.onGet(head.split(" ")[1]!, head));
          return;
        }
        const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
        const body = text.slice(headEnd + 4);
        if (Buffer.byteLength(body) < length) return;
        text = "";
        const request = {
          index: scripted.requests.length,
          path: head.split(" ")[1]!,
          head,
          body: JSON.parse(body) as Record<string, unknown>,
        };
        scripted.requests.push(request);
        answer(socket, request);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return scripted;
  }

  get origin(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("not listening");
    return `http://127.0.0.1:${address.port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export const streamHead =
  "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n";
export const streamTail = "0\r\n\r\n";

/** The text as one HTTP chunk. */
export function piece(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}

export function data(value: unknown): string {
  return `data: ${typeof value === "string" ? value : JSON.stringify(value)}\n\n`;
}

export function delta(fields: object, finishReason: string | null = null): string {
  return data({
    id: "chatcmpl-1",
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta: fields, finish_reason: finishReason }],
  });
}

export function usage(output: number, prompt = 5, cached: number | null = null): string {
  const details = cached === null ? {} : { prompt_tokens_details: { cached_tokens: cached } };
  return data({ choices: [], usage: { prompt_tokens: prompt, completion_tokens: output, ...details } });
}

/** A whole, healthy stream of `tokens` tokens, one token an event. */
export function wholeStream(tokens: number): string {
  let text = delta({ role: "assistant", content: "" });
  for (let i = 0; i < tokens; i++) text += delta({ content: ` t${i}` }, i === tokens - 1 ? "length" : null);
  return streamHead + piece(text + usage(tokens) + data("[DONE]")) + streamTail;
}

/** A response with a body of known length. */
export function fixed(status: string, type: string, body: string, headers = ""): string {
  return `HTTP/1.1 ${status}\r\ncontent-type: ${type}\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
