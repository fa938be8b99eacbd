import { request as httpRequest } from "node:http";
import { Agent, request as httpsRequest, type RequestOptions } from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import { isMap, type Json, type JsonObject } from "../wire/propertyValue.ts";
import { type KubeObject, kubeObject, namespaceOf } from "./object.ts";

/** An answer that is not 2xx; `message` is the API server's. */
export class ApiError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly status: JsonObject;

  constructor(code: number, status: JsonObject) {
    super(typeof status.message === "string" && status.message !== "" ? status.message : `HTTP status ${code}`);
    this.code = code;
    this.reason = typeof status.reason === "string" ? status.reason : "";
    this.status = status;
  }
}

/** The API server has no such kind; client-go's NoMatchError, with its wording. */
export class NoMatchError extends Error {}

interface Kind {
  readonly plural: string;
  readonly namespaced: boolean;
}

const connectMilliseconds = 30_000; // client-go rest/config.go: the dialer's time-out.

export class ApiServer {
  readonly #config: KubeConfig;
  /**
   * Kept for all requests: the client's own agent makes a connection for each, and both sides a key for it. Few, for the
   * engine asks for all objects of a stack at once; the real provider has one, of HTTP/2.
   */
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 4 });
  readonly #kinds = new Map<string, Kind>();

  constructor(config: KubeConfig) {
    this.#config = config;
  }

  /** Fails where the server does not answer. provider.go Configure asks for the version and for the OpenAPI document. */
  async probe(): Promise<void> {
    await this.#send("GET", "/version");
    await this.#send("GET", "/api/v1");
  }

  /** Null: the server does not know the kind. */
  async kind(apiVersion: string, kind: string): Promise<Kind | null> {
    const key = `${apiVersion}/${kind}`;
    const known = this.#kinds.get(key);
    if (known !== undefined) return known;
    const list = await this.#send("GET", root(apiVersion)).catch((error: unknown) => {
      if (error instanceof ApiError && error.code === 404) return { resources: [] } as JsonObject;
      throw error;
    });
    for (const item of list.resources as JsonObject[]) {
      const name = String(item.name);
      if (!name.includes("/"))
        this.#kinds.set(`${apiVersion}/${item.kind}`, { plural: name, namespaced: item.namespaced === true });
    }
    return this.#kinds.get(key) ?? null;
  }

  async create(object: KubeObject, query: Record<string, string>): Promise<KubeObject> {
    return kubeObject(await this.#send("POST", await this.#path(object, null), query, object));
  }

  async get(object: KubeObject, name: string): Promise<KubeObject> {
    return kubeObject(await this.#send("GET", await this.#path(object, name)));
  }

  /** In the order of their names. */
  async secrets(namespace: string, labelSelector: string): Promise<KubeObject[]> {
    const { items } = await this.#send("GET", `/api/v1/namespaces/${namespace}/secrets`, { labelSelector });
    return (items as JsonObject[]).map((item) => kubeObject({ apiVersion: "v1", kind: "Secret", ...item }));
  }

  async apply(object: KubeObject, name: string, query: Record<string, string>): Promise<KubeObject> {
    const type = "application/apply-patch+yaml";
    return kubeObject(await this.#send("PATCH", await this.#path(object, name), query, object, type));
  }

  async jsonPatch(object: KubeObject, name: string, patch: Json[]): Promise<KubeObject> {
    const type = "application/json-patch+json";
    return kubeObject(await this.#send("PATCH", await this.#path(object, name), {}, patch, type));
  }

  async delete(object: KubeObject, name: string, propagationPolicy: string): Promise<void> {
    const options = { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy };
    await this.#send("DELETE", await this.#path(object, name), {}, options);
  }

  async #path(object: KubeObject, name: string | null): Promise<string> {
    const kind = await this.kind(object.apiVersion, object.kind);
    if (kind === null) throw new NoMatchError(`no matches for kind "${object.kind}" in version "${object.apiVersion}"`);
    const namespace = kind.namespaced ? `/namespaces/${namespaceOf(object) || "default"}` : "";
    return `${root(object.apiVersion)}${namespace}/${kind.plural}${name === null ? "" : `/${name}`}`;
  }

  async #send(
    method: string,
    path: string,
    query: Record<string, string> = {},
    body: Json | undefined = undefined,
    contentType = "application/json",
  ): Promise<JsonObject> {
    const base = this.#config.getCurrentCluster()?.server.replace(/\/$/, "");
    if (base === undefined) throw new Error("the kubeconfig names no cluster");
    const url = new URL(base + path);
    for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
    const sent = body === undefined ? undefined : JSON.stringify(body);
    const headers: Record<string, string> = { accept: "application/json", "content-type": contentType };
    // Node gives the body of a DELETE no length by itself, and the server then reads none: no propagation policy.
    if (sent !== undefined) headers["content-length"] = String(Buffer.byteLength(sent));
    const options: RequestOptions = { method, headers };
    await this.#config.applyToHTTPSOptions(options);
    if (url.protocol === "https:") options.agent = this.#agent;
    const { code, text } = await exchange(url, options, sent);
    const answer: unknown = text === "" ? {} : parsed(text);
    if (code >= 200 && code < 300) return answer as JsonObject;
    throw new ApiError(code, isMap(answer) ? (answer as JsonObject) : { message: text.slice(0, 500) });
  }
}

function root(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function exchange(
  url: URL,
  options: RequestOptions,
  body: string | undefined,
): Promise<{ code: number; text: string }> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === "http:" ? httpRequest : httpsRequest;
    const request = send(url, options, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => resolve({ code: response.statusCode ?? 0, text }));
      response.on("error", reject);
    });
    request.on("error", reject);
    request.on("socket", (socket) => {
      if (!socket.connecting) return;
      const timer = setTimeout(
        () => request.destroy(new Error(`dial tcp ${url.host}: i/o timeout`)),
        connectMilliseconds,
      );
      socket.once("connect", () => clearTimeout(timer));
      socket.once("close", () => clearTimeout(timer));
    });
    request.end(body);
  });
}
