import { timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  ApiError,
  badRequest,
  internalError,
  invalidBody,
  methodNotAllowed,
  notFound,
  unauthorized,
} from "./apiError.ts";
import { chatPrompt } from "./chatPrompt.ts";
import type { SimulatorConfig } from "./config.ts";
import { Generations } from "./generations.ts";
import { metricsPage } from "./metricsPage.ts";
import { readBody } from "./readBody.ts";
import { boolean, integers, parseBody, required } from "./requestFields.ts";
import { pieces, tokenize } from "./tokenizer.ts";
import { SIMULATOR_VERSION, simulatorHeader } from "./version.ts";
import { wordOf } from "./vocabulary.ts";
import { asciiJson } from "./wireFormat.ts";

/** The release whose answers this server's were compared with. */
const VLLM_VERSION = "0.32.0";

export interface SimulatorOptions {
  /** Demanded of every request under /v1 as a bearer token; empty or absent: none. */
  readonly apiKey?: string | undefined;
}

export interface RunningSimulator {
  readonly url: string;
  readonly port: number;
  /** For tests: the engine behind it, whose state they assert. */
  readonly generations: Generations;
  /** Cuts all connections and frees the port. */
  close(): Promise<void>;
}

const headers = { server: "uvicorn", vary: "Origin", [simulatorHeader]: SIMULATOR_VERSION };

/** Serves until closed. Rejects when the port is taken. */
export async function startSimulator(
  config: SimulatorConfig,
  options: SimulatorOptions = {},
): Promise<RunningSimulator> {
  const generations = new Generations(config, headers);
  const service = new Service(config, generations, options.apiKey ?? "");
  const server = createServer({ noDelay: true }, (request, response) => service.handle(request, response));
  // Longer than any client keeps a connection idle: a server that closes first makes the client's next request fail.
  server.keepAliveTimeout = 75_000;
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: config.host, port: config.port, backlog: 4096 }, resolve);
  });
  const { port, family, address } = server.address() as AddressInfo;
  const host = family === "IPv6" ? `[${address}]` : address;
  return {
    url: `http://${host}:${port}`,
    port,
    generations,
    close: async () => {
      generations.stop();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

class Service {
  readonly #config: SimulatorConfig;
  readonly #generations: Generations;
  readonly #apiKey: string;
  readonly #startedAt = Math.floor(Date.now() / 1000);
  readonly #routes: Readonly<Record<string, { method: "GET" | "POST"; handler: Handler }>>;

  constructor(config: SimulatorConfig, generations: Generations, apiKey: string) {
    this.#config = config;
    this.#generations = generations;
    this.#apiKey = apiKey;
    const get = (handler: Handler) => ({ method: "GET" as const, handler });
    const post = (handler: Handler) => ({ method: "POST" as const, handler });
    this.#routes = {
      "/v1/models": get((_, response) => sendJson(response, 200, this.#models())),
      "/v1/completions": post((request, response) => this.#generate("completions", request, response)),
      "/v1/chat/completions": post((request, response) => this.#generate("chat", request, response)),
      "/health": get((_, response) => sendEmpty(response, this.#generations.engineIsDead ? 503 : 200)),
      "/ping": get((_, response) => sendEmpty(response, this.#generations.engineIsDead ? 503 : 200)),
      "/version": get((_, response) => sendJson(response, 200, this.#version())),
      "/load": get((_, response) => sendJson(response, 200, { server_load: this.#generations.inFlight })),
      "/metrics": get((_, response) => this.#metrics(response)),
      "/tokenize": post((request, response) => this.#tokenize(request, response)),
      "/detokenize": post((request, response) => this.#detokenize(request, response)),
      // vLLM has this one in its development mode only.
      "/reset_prefix_cache": post((_, response) => {
        this.#generations.engine.cache.reset();
        sendEmpty(response, 200);
      }),
    };
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    Promise.resolve()
      .then(() => this.#route(request, response))
      .catch((error: unknown) => sendError(response, error));
  }

  #route(request: IncomingMessage, response: ServerResponse): void | Promise<void> {
    const path = (request.url ?? "/").split("?")[0]!;
    if (path.startsWith("/v1") && request.method !== "OPTIONS" && !this.#mayEnter(request)) throw unauthorized();
    const route = this.#routes[path];
    if (!route) throw notFound();
    if (request.method !== route.method) throw methodNotAllowed(route.method);
    return route.handler(request, response);
  }

  #mayEnter(request: IncomingMessage): boolean {
    if (this.#apiKey === "") return true;
    const [scheme, key = ""] = (request.headers.authorization ?? "").split(" ", 2);
    const [given, wanted] = [Buffer.from(key), Buffer.from(this.#apiKey)];
    return scheme?.toLowerCase() === "bearer" && given.length === wanted.length && timingSafeEqual(given, wanted);
  }

  async #generate(api: "chat" | "completions", request: IncomingMessage, response: ServerResponse): Promise<void> {
    const fault = this.#generations.arrive();
    const text = await readBody(request);
    if (response.destroyed) return;
    this.#generations.start(api, fault, text, request, response);
  }

  /** vLLM's field, and one that says what answers here: a load generator records it with its results. */
  #version(): unknown {
    const { speed } = this.#config;
    return { version: VLLM_VERSION, simulator: { name: "llm-bench", version: SIMULATOR_VERSION, speed } };
  }

  #models(): unknown {
    const permission = {
      id: "modelperm-0000000000000000",
      object: "model_permission",
      created: this.#startedAt,
      allow_create_engine: false,
      allow_sampling: true,
      allow_logprobs: true,
      allow_search_indices: false,
      allow_view: true,
      allow_fine_tuning: false,
      organization: "*",
      group: null,
      is_blocking: false,
    };
    const { model, maxModelLen } = this.#config;
    const entry = { id: model, object: "model", created: this.#startedAt, owned_by: "vllm", root: model, parent: null };
    return { object: "list", data: [{ ...entry, max_model_len: maxModelLen, permission: [permission] }] };
  }

  #metrics(response: ServerResponse): void {
    const { engine, clock } = this.#generations;
    clock.poke(); // what is due is counted
    const body = metricsPage(this.#config, engine, clock);
    response.writeHead(200, { ...headers, "content-type": "text/plain; version=1.0.0; charset=utf-8" });
    response.end(body);
  }

  async #tokenize(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = parseBody(await readBody(request));
    const chat = body.messages !== undefined;
    const prompt = chat ? null : required(body, "prompt");
    if (!chat && typeof prompt !== "string") {
      throw invalidBody("string_type", "body.prompt", "Input should be a valid string", `'${prompt}'`);
    }
    const tokens = Array.from(chat ? chatPrompt(body) : tokenize(prompt as string));
    const strings = boolean(body, "return_token_strs") && !chat ? pieces(prompt as string) : null;
    const count = tokens.length;
    sendJson(response, 200, { count, max_model_len: this.#config.maxModelLen, tokens, token_strs: strings });
  }

  async #detokenize(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = parseBody(await readBody(request));
    required(body, "tokens");
    const tokens = integers(body, "tokens");
    if (tokens.some((token) => token < 0)) throw badRequest("Token ids must not be negative");
    sendJson(response, 200, { prompt: tokens.map(wordOf).join("") });
  }
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  extra: Readonly<Record<string, string>> = {},
): void {
  const text = asciiJson(body);
  response.writeHead(status, {
    ...headers,
    "content-length": String(text.length),
    "content-type": "application/json",
    ...extra,
  });
  response.end(text);
}

function sendEmpty(response: ServerResponse, status: number): void {
  response.writeHead(status, { ...headers, "content-length": "0" });
  response.end();
}

function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const known = error instanceof ApiError ? error : internalError();
  if (!(error instanceof ApiError)) process.stderr.write(`simulator: ${String((error as Error)?.stack ?? error)}\n`);
  sendJson(response, known.status, known.body, known.headers);
}
