import { Agent, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from "node:http";

/** Where a request goes next. */
export interface Destination {
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

const agent = new Agent({ keepAlive: true });

export async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** Sends a request on and its answer back, part by part as it comes; resolves when the answer is over. */
export function forward(
  incoming: IncomingMessage,
  response: ServerResponse,
  { host, port, path }: Destination,
  body: Buffer,
  extra: IncomingHttpHeaders = {},
): Promise<void> {
  const headers = { ...incoming.headers, ...extra, host: `${host}:${port}`, "content-length": String(body.length) };
  delete (headers as IncomingHttpHeaders)["transfer-encoding"];
  return new Promise((resolve) => {
    const sent = request({ host, port, path, method: incoming.method, headers, agent }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
      answer.once("close", resolve);
    });
    sent.once("error", (error) => {
      refuse(response, 502, `no answer from ${host}:${port}: ${error.message}`);
      resolve();
    });
    response.once("close", () => sent.destroy());
    sent.end(body);
  });
}

export function refuse(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, { "content-type": "text/plain" });
  response.end(`${text}\n`);
}

/** `--key value` and `--key=value`, as the charts write them. */
export function flagsOf(args: readonly string[]): Map<string, string> {
  const flags = new Map<string, string>();
  for (let index = 0; index < args.length; index++) {
    const [flag = "", attached] = (args[index] as string).split(/=(.*)/s);
    if (!flag.startsWith("--")) throw new Error(`unexpected argument ${args[index]}`);
    const next = args[index + 1];
    const takesNext = attached === undefined && next !== undefined && !next.startsWith("--");
    flags.set(flag.slice(2), attached ?? (takesNext ? (next as string) : "true"));
    if (takesNext) index++;
  }
  return flags;
}
