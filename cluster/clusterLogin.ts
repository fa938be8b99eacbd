import { createHash } from "node:crypto";
import type { AgentOptions, RequestOptions } from "node:https";
import tls, { type SecureContext, type SecureContextOptions } from "node:tls";
import type { KubeConfig, RequestContext, SecurityAuthentication } from "@kubernetes/client-node";
import { Agent, type Dispatcher } from "./kubernetesClient.ts";

/**
 * Logs requests in as the kubeconfig says, over kept connections. The client's own way makes a new agent for every
 * request, so each one pays a TLS handshake: 3 to 4 a second in a wait of an hour.
 */
class Login implements SecurityAuthentication {
  readonly #config: KubeConfig;
  readonly #agents = new Map<string, Agent>();

  constructor(config: KubeConfig) {
    this.#config = config;
  }

  getName(): string {
    return "kubeconfig";
  }

  async applySecurityAuthentication(context: RequestContext): Promise<void> {
    const options: RequestOptions = {};
    await this.#config.applyToHTTPSOptions(options);
    const connection = this.#config.createDispatcherOptions(this.#config.getCurrentCluster(), options as AgentOptions);
    if (connection.type !== "agent" && connection.type !== "none") {
      // A proxy: how to make its dispatcher is the client's private knowledge.
      return this.#config.applySecurityAuthentication(context);
    }
    const headers = (options.headers ?? {}) as Record<string, string>;
    for (const [name, value] of Object.entries(headers)) context.setHeaderParam(name, value.trim());
    if (options.auth) {
      context.setHeaderParam("Authorization", `Basic ${Buffer.from(options.auth).toString("base64")}`);
    }
    context.setDispatcher(this.#agent(connection.type === "agent" ? connection.connect : {}));
  }

  /** One per set of certificates: a login plugin may hand out a new client certificate at any time. */
  #agent(connect: object): Dispatcher {
    const key = createHash("sha256").update(JSON.stringify(connect)).digest("hex");
    const known = this.#agents.get(key);
    if (known) return known;
    const agent = new Agent({
      // Well below the 10 s of a request: a host that swallows packets is told from one that is slow.
      connect: { timeout: 5000, keepAlive: true, keepAliveInitialDelay: 30_000, ...connect, ...secured(connect) },
      keepAliveTimeout: 30_000,
      // A log that says nothing for minutes is no fault; requests have deadlines of their own.
      bodyTimeout: 0,
      headersTimeout: 0,
    });
    this.#agents.set(key, agent);
    return agent;
  }
}

const logins = new WeakMap<KubeConfig, Login>();

/** The one login of a kubeconfig, for typed clients and log streams alike. */
export function authenticationOf(config: KubeConfig): SecurityAuthentication {
  const login = logins.get(config) ?? new Login(config);
  logins.set(config, login);
  return login;
}

/**
 * Node trusts only its built-in list; a company's own authority is in the system's. Read once for all connections: from a
 * list of names, each connection would read its some 300 certificates anew, a tenth of a second in which nothing else goes on.
 */
function secured(connect: SecureContextOptions): { secureContext?: SecureContext } {
  if (connect.ca) return {};
  const ca = [...tls.getCACertificates("default"), ...tls.getCACertificates("system")];
  return { secureContext: tls.createSecureContext({ ...connect, ca }) };
}
