import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { SimulatorConfig } from "../../../../simulator/config.ts";
import { bodyOf, forward, refuse } from "../llmd/forward.ts";
import { UsageError } from "./serveArguments.ts";

interface Transfer {
  readonly do_remote_decode?: boolean;
  readonly do_remote_prefill?: boolean;
  readonly remote_engine_id?: unknown;
}

/**
 * The simulator with the fields by which vLLM's NIXL connector hands KV blocks over, on the port that was asked for: a
 * request with do_remote_decode is answered with where its blocks lie, and one with do_remote_prefill must say that of its
 * own. No block moves: the decode pod computes its prefill again, so the speed of two roles is not simulated.
 */
export async function serveTransfers(
  transferConfig: string,
  config: SimulatorConfig,
  serve: (config: SimulatorConfig) => Promise<{ readonly port: number }>,
): Promise<{ url: string }> {
  const { kv_connector: connector, kv_role: role } = parsed(transferConfig);
  if (connector !== "NixlConnector") throw new UsageError(`Unsupported connector type: ${connector}`);
  if (role !== "kv_both") throw new UsageError(`the stand-in knows kv_role kv_both, not ${role}`);
  const { port: inner } = await serve({ ...config, host: "127.0.0.1", port: 0 });
  const engineId = `${process.env.VLLM_NIXL_SIDE_CHANNEL_HOST ?? "localhost"}-${process.pid}`;
  const server = createServer(async (incoming, response) => {
    const body = await bodyOf(incoming);
    const destination = { host: "127.0.0.1", port: inner, path: incoming.url ?? "/" };
    const transfer = transferOf(body);
    if (transfer?.do_remote_prefill === true && typeof transfer.remote_engine_id !== "string")
      refuse(response, 500, "kv_transfer_params: do_remote_prefill without remote_engine_id");
    else if (transfer?.do_remote_decode === true) await handOver(incoming, response, destination, body, engineId);
    else await forward(incoming, response, destination, body);
  });
  await new Promise<void>((resolve) => server.listen(config.port, config.host, resolve));
  return { url: `http://${config.host}:${config.port}` };
}

/** Answers as the simulator does, with where the blocks of the prompt are. */
async function handOver(
  { method, headers }: IncomingMessage,
  response: ServerResponse,
  to: { host: string; port: number; path: string },
  body: Buffer,
  engineId: string,
): Promise<void> {
  const sent = request({ ...to, method, headers }, async (answer) => {
    const text = (await bodyOf(answer)).toString();
    const isGood = answer.statusCode === 200;
    const transfer = {
      do_remote_prefill: true,
      do_remote_decode: false,
      remote_engine_id: engineId,
      remote_block_ids: [],
    };
    const changed = isGood ? JSON.stringify({ ...JSON.parse(text), kv_transfer_params: transfer }) : text;
    const { "content-length": _, ...kept } = answer.headers;
    response.writeHead(answer.statusCode ?? 502, { ...kept, "content-length": String(Buffer.byteLength(changed)) });
    response.end(changed);
  });
  sent.once("error", (error) => refuse(response, 502, error.message));
  sent.end(body);
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new UsageError(`argument --kv-transfer-config: invalid loads value: '${text}'`);
  }
}

function transferOf(body: Buffer): Transfer | null {
  if (!body.includes("kv_transfer_params")) return null;
  const { kv_transfer_params = null } = JSON.parse(body.toString()) as { kv_transfer_params?: Transfer | null };
  return kv_transfer_params;
}
