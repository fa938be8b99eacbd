/**
 * A server that answers every POST at once with one prebuilt stream: the fastest peer we can give a load generator on
 * the same machine. It speaks just enough HTTP/1.1 for one keep-alive client that does not pipeline.
 *
 *   node instantServer.ts EVENTS [event|body]
 *
 * Framing `event` puts every event into an HTTP chunk of its own, as uvicorn does; `body` puts them all into one.
 * First line on stdout: {"port": n}. A line on stdin is answered with {"cpuMs", "requests"} since the start.
 */
import { createServer } from "node:net";
import { argv, cpuUsage, stdin, stdout } from "node:process";
import { createInterface } from "node:readline";

const events = Number(argv[2] ?? 128);
const framing = argv[3] ?? "event";
const response = prebuiltResponse(events, framing);
let requests = 0;

const server = createServer({ noDelay: true }, (socket) => {
  let missing = 0; // bytes of the current request's body still to come
  let head = "";
  socket.on("data", (data: Buffer) => {
    if (missing > 0) {
      missing -= data.length;
      if (missing === 0) answer();
      return;
    }
    head += data.toString("latin1");
    const headEnd = head.indexOf("\r\n\r\n");
    if (headEnd < 0) return;
    const length = /content-length: (\d+)/i.exec(head)?.[1];
    missing = Number(length ?? 0) - (head.length - headEnd - 4);
    head = "";
    if (missing === 0) answer();
  });
  socket.on("error", () => socket.destroy());

  function answer(): void {
    requests++;
    socket.write(response);
  }
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no TCP address");
  stdout.write(`${JSON.stringify({ port: address.port })}\n`);
});
createInterface({ input: stdin })
  .on("line", () => {
    const cpu = cpuUsage();
    stdout.write(`${JSON.stringify({ cpuMs: (cpu.user + cpu.system) / 1000, requests })}\n`);
  })
  .on("close", () => process.exit(0)); // the benchmark is gone

function prebuiltResponse(count: number, framing: string): Buffer {
  const chunk = (fields: object): string =>
    `data: ${JSON.stringify({ id: "chatcmpl-a2fc5484bcd0652c", object: "chat.completion.chunk", created: 1795327894, model: "tiny/llama", ...fields })}\n\n`;
  const choice = (delta: object, finish: string | null): string =>
    chunk({ choices: [{ index: 0, delta, logprobs: null, finish_reason: finish, token_ids: null }] });
  const words = [" the", " is", " token", " of", " a", "ing", " server", "\\n"];
  const parts = [choice({ role: "assistant", content: "" }, null)];
  for (let i = 0; i < count; i++) {
    parts.push(choice({ content: words[i % words.length] }, i === count - 1 ? "length" : null));
  }
  const usage = { prompt_tokens: 32, total_tokens: 32 + count, completion_tokens: count };
  parts.push(
    chunk({ choices: [], usage: { ...usage, prompt_tokens_details: { cached_tokens: 0 } } }),
    "data: [DONE]\n\n",
  );
  const bodies = framing === "event" ? parts : [parts.join("")];
  const head =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n";
  const framed = bodies.map((b) => `${Buffer.byteLength(b).toString(16)}\r\n${b}\r\n`);
  return Buffer.from(`${head}${framed.join("")}0\r\n\r\n`);
}
