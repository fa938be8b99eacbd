import { Agent, type RequestOptions, request } from "node:https";
import { KubeConfig } from "@kubernetes/client-node";

/** Requests by path, for what has no typed client: discovery, kinds known only at run time, dry runs. */
export interface ApiServer {
  get<Answer>(path: string): Promise<Answer>;
  send<Answer>(method: string, path: string, body: unknown, contentType?: string): Promise<Answer>;
}

/** @throws (of the promises) with the API server's own message */
export function serverOf(kubeconfig: string): ApiServer {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const base = config.getCurrentCluster()?.server ?? "";
  // Kept for all requests: the client's own agent makes a connection for each, and a listing asks a hundred times. Not
  // for longer than the server keeps one, or a request after a pause would meet its end.
  const agent = new Agent({ keepAlive: true, timeout: 30_000 });
  const send = async <Answer>(method: string, path: string, body: unknown, contentType = "application/json") => {
    const sent = body === undefined ? undefined : JSON.stringify(body);
    const headers: Record<string, string> = { "content-type": contentType };
    // Node gives the body of a DELETE no length by itself, and the server then reads none.
    if (sent !== undefined) headers["content-length"] = String(Buffer.byteLength(sent));
    const options: RequestOptions = { method, timeout: 30_000, headers };
    await config.applyToHTTPSOptions(options);
    options.agent = agent;
    const { code, text } = await exchange(base + path, options, sent);
    const answer: unknown = JSON.parse(text || "{}");
    if (code >= 300) throw new Error((answer as { message?: string }).message ?? `HTTP status ${code}`);
    return answer as Answer;
  };
  return { send, get: (path) => send("GET", path, undefined) };
}

function exchange(
  url: string,
  options: RequestOptions,
  body: string | undefined,
): Promise<{ code: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, options, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => resolve({ code: response.statusCode ?? 0, text }));
      response.on("error", reject);
    });
    sent.on("timeout", () => sent.destroy(new Error(`no answer from ${url} within 30 s`)));
    sent.on("error", reject);
    sent.end(body);
  });
}
