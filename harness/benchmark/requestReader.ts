import { createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";

const notFound = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/**
 * A server on a raw socket that calls `onRequest` when a request is whole: just enough HTTP/1.1 for one keep-alive
 * client that does not pipeline. First line on stdout: {"port": n}; each line on stdin is answered with `answer()` as
 * one line of JSON; the end of stdin ends the process. `metrics` is the body for GET /metrics; null: there is none.
 */
export function serve(
  onRequest: (socket: Socket) => void,
  answer: () => object,
  metrics: (() => Buffer | null) | null = null,
): void {
  const server = createServer({ noDelay: true }, (socket) => {
    let head = "";
    let missing = 0; // bytes of the current request's body still to come
    socket.on("error", () => socket.destroy());
    socket.on("data", (data: Buffer) => {
      if (missing > 0) missing -= data.length;
      else {
        head += data.toString("latin1");
        const headEnd = head.indexOf("\r\n\r\n");
        if (headEnd < 0) return;
        if (head.startsWith("GET ")) {
          // Who are you? asks the generator before a run; it counts as no request.
          const page = head.startsWith("GET /metrics ") ? (metrics?.() ?? null) : null;
          head = "";
          if (page !== null) {
            socket.write(`HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: ${page.length}\r\n\r\n`);
            socket.write(page);
            return;
          }
          socket.end(notFound);
          return;
        }
        missing = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0) - (head.length - headEnd - 4);
        head = "";
      }
      if (missing === 0) onRequest(socket);
    });
  });
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no TCP address");
    process.stdout.write(`${JSON.stringify({ port: address.port })}\n`);
  });
  createInterface({ input: process.stdin })
    .on("line", () => process.stdout.write(`${JSON.stringify(answer())}\n`))
    .on("close", () => process.exit(0));
}
