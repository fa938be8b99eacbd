import type { ClusterIdentity } from "./connection.ts";
import { ApiException } from "./kubernetesClient.ts";

const passingCodes = [
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "UND_ERR_SOCKET",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
];

/** Too many requests, or an API server that is starting, stopping or without its storage. */
export function isTransientStatus(status: number): boolean {
  return status === 429 || (status >= 500 && status !== 501);
}

/** Might the same request succeed a moment later? */
export function isTransient(error: unknown): boolean {
  if (error instanceof ApiException) return isTransientStatus(error.code);
  if (!(error instanceof Error)) return false;
  if (error.name === "TimeoutError") return true;
  // A TLS handshake that is cut off has the code ECONNRESET in Node, an answer cut off UND_ERR_SOCKET.
  return passingCodes.includes(code(error) ?? "") && !isPluginError(error);
}

export function isStatus(error: unknown, ...statuses: number[]): boolean {
  return error instanceof ApiException && statuses.includes(error.code);
}

/** The API server's own words, from its Status object. */
export function statusMessage(error: ApiException<unknown>): string {
  let body = error.body;
  if (typeof body === "string") {
    try {
      body = JSON.parse(body);
    } catch {
      return String(body).trim().slice(0, 300);
    }
  }
  return (body as { message?: string } | null | undefined)?.message ?? `HTTP status ${error.code}`;
}

/** One sentence: why the API server of a cluster did not answer, or would not, and what to do. */
export function whyNoAnswer(error: unknown, { server, context }: ClusterIdentity): string | null {
  const where = `${server} (context "${context}")`;
  if (error instanceof ApiException) {
    if (error.code === 401) {
      return `${where} does not accept the login: log in again, or check the secret clusterToken`;
    }
    if (error.code === 403) {
      // Known, but without the right to list namespaces: the usual case of a user of one namespace.
      return statusMessage(error).includes("system:anonymous")
        ? `${where} was asked without any login: its user in the kubeconfig holds none; log in again`
        : null;
    }
    return `${where} answers with HTTP status ${error.code}: ${statusMessage(error)}; try again in a minute`;
  }
  if (!(error instanceof Error)) return `${where} could not be asked: ${String(error)}`;
  if (isPluginError(error)) {
    const plugin = String((error as NodeJS.ErrnoException).path ?? error.message);
    const gke = plugin.includes("gke-gcloud-auth-plugin")
      ? "; install it with: gcloud components install gke-gcloud-auth-plugin"
      : "; install it, or use a kubeconfig with a token";
    return `logging in to ${where} needs the program "${plugin}", which is not there${gke}`;
  }
  return `${where} ${cause(error)}`;
}

function cause(error: Error): string {
  const found = code(error) ?? "";
  const text = deepest(error).message;
  if (error.name === "TimeoutError" || found.includes("TIMEOUT") || found === "ETIMEDOUT") {
    return "does not answer in time: check the network, a VPN, or whether the API server allows this address";
  }
  if (found === "ECONNREFUSED") return "refuses the connection: is the cluster running, and is the port right?";
  if (found === "ENOTFOUND" || found === "EAI_AGAIN") {
    return "has a name that cannot be resolved: check cluster.host or the kubeconfig, and the network";
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/.test(found)) {
    return `has a certificate that is not trusted (${text}): set cluster.certificateAuthority, or renew the kubeconfig`;
  }
  if (found === "ENOENT") return `cannot be asked: ${text}; the kubeconfig names a file that is not there`;
  if (passingCodes.includes(found)) return `breaks the connection (${text || found}): check the network and try again`;
  return `cannot be asked: ${text.trim().split("\n")[0] || "its login program failed without a word"}; check the login`;
}

function isPluginError(error: Error): boolean {
  return ((error as NodeJS.ErrnoException).syscall ?? "").startsWith("spawn");
}

function code(error: Error): string | undefined {
  const found = (error as NodeJS.ErrnoException).code;
  if (typeof found === "string") return found;
  return error.cause instanceof Error ? code(error.cause) : undefined;
}

function deepest(error: Error): Error {
  return error.cause instanceof Error ? deepest(error.cause) : error;
}
