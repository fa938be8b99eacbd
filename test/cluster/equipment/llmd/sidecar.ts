import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { bodyOf, flagsOf, forward, refuse } from "./forward.ts";

/*
 * Stands in for llm-d's routing sidecar (connector nixlv2), in tests only: a request with x-prefiller-host-port goes there
 * first, for one token and without a stream; what comes back as kv_transfer_params goes with the request to the engine of
 * this pod. Without the header it is a plain proxy.
 */
const flags = flagsOf(process.argv.slice(2));
const known = ["port", "vllm-port", "connector", "secure-proxy", "prefiller-use-tls", "cert-path"];
const unknown = [...flags.keys()].filter((flag) => !known.includes(flag) && !flag.startsWith("zap-"));
if (unknown.length > 0) throw new Error(`unknown flag: --${unknown[0]}`);
if (flags.get("connector") !== "nixlv2") throw new Error(`the stand-in has no connector "${flags.get("connector")}"`);
const enginePort = Number(flags.get("vllm-port") ?? 8200);
const generation = new Set(["/v1/completions", "/v1/chat/completions"]);
const tokenLimits = ["max_tokens", "max_completion_tokens"];

createServer((incoming, response) => {
  answer(incoming, response).catch((error: Error) => refuse(response, 502, error.message));
}).listen(Number(flags.get("port") ?? 8000));
process.once("SIGTERM", () => process.exit(0));

async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(incoming);
  const engine = { host: "127.0.0.1", port: enginePort, path: incoming.url ?? "/" };
  const prefiller = incoming.headers["x-prefiller-host-port"];
  if (typeof prefiller !== "string" || !generation.has(engine.path)) return forward(incoming, response, engine, body);
  const asked = JSON.parse(body.toString()) as Record<string, unknown>;
  const { stream_options: _, ...rest } = asked;
  const prefill = {
    ...rest,
    stream: false,
    ...Object.fromEntries(
      tokenLimits.filter((limit) => limit in asked || limit === "max_tokens").map((limit) => [limit, 1]),
    ),
    kv_transfer_params: { do_remote_decode: true, do_remote_prefill: false },
  };
  const { status, text } = await post(`http://${prefiller}${engine.path}`, prefill, incoming.headers.authorization);
  if (status >= 300) return refuse(response, status, text);
  const { kv_transfer_params = null } = JSON.parse(text) as { kv_transfer_params?: unknown };
  await forward(incoming, response, engine, Buffer.from(JSON.stringify({ ...asked, kv_transfer_params })));
}

function post(
  url: string,
  body: unknown,
  authorization: string | undefined,
): Promise<{ status: number; text: string }> {
  const text = JSON.stringify(body);
  const headers = { "content-type": "application/json", ...(authorization === undefined ? {} : { authorization }) };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: "POST", headers }, async (answer) =>
      resolve({ status: answer.statusCode ?? 502, text: (await bodyOf(answer)).toString() }),
    );
    sent.once("error", reject);
    sent.end(text);
  });
}
