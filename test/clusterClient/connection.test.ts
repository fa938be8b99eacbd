import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { ClusterError } from "../../cluster/clusterError.ts";
import { clusterAccess, connect, reachable } from "../../cluster/connection.ts";

const auto = { context: "auto", host: null, certificateAuthority: null };

interface Entry {
  readonly server: string;
  readonly user?: object;
  readonly cluster?: object;
}

function kubeconfig(entries: Record<string, Entry>, current?: string): string {
  const names = Object.keys(entries);
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: names.map((name) => ({ name, cluster: { server: entries[name]?.server, ...entries[name]?.cluster } })),
    users: names.map((name) => ({ name, user: entries[name]?.user ?? { token: `token-of-${name}` } })),
    contexts: names.map((name) => ({ name, context: { cluster: name, user: name } })),
    ...(current === undefined ? {} : { "current-context": current }),
  });
}

describe("access to a cluster", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "kubeconfig-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function file(name: string, text: string): string {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  }

  function refused(
    settings: Parameters<typeof clusterAccess>[0],
    env: NodeJS.ProcessEnv,
    token: string | null = null,
  ): ClusterError {
    try {
      clusterAccess(settings, token, env);
    } catch (error) {
      assert.ok(error instanceof ClusterError, String(error));
      return error;
    }
    throw new Error("it was resolved");
  }

  it("takes the current context of ~/.kube/config", () => {
    file(".kube/config", kubeconfig({ one: { server: "https://one" }, two: { server: "https://two:6443" } }, "two"));
    const access = clusterAccess(auto, null, { HOME: folder });
    assert.deepEqual(access.identity, { context: "two", server: "https://two:6443" });
    assert.deepEqual(access.kubeconfig, { path: join(folder, ".kube/config") });
  });

  it("takes the context that is asked for", () => {
    const KUBECONFIG = file(
      "config",
      kubeconfig({ one: { server: "https://one" }, two: { server: "https://two" } }, "two"),
    );
    const access = clusterAccess({ ...auto, context: "one" }, null, { KUBECONFIG });
    assert.equal(access.identity.server, "https://one");
    assert.equal(access.config.getCurrentUser()?.token, "token-of-one");
  });

  it("merges several files as kubectl does: what comes first counts, paths are relative to their own file", () => {
    const one = file(
      "a/config",
      kubeconfig({ one: { server: "https://one", cluster: { "certificate-authority": "ca.pem" } } }, "one"),
    );
    const two = file(
      "b/config",
      kubeconfig({ one: { server: "https://other" }, two: { server: "https://two" } }, "two"),
    );
    const KUBECONFIG = [one, join(folder, "nowhere"), two].join(delimiter);
    const access = clusterAccess(auto, null, { KUBECONFIG });
    assert.deepEqual(access.identity, { context: "one", server: "https://one" });
    assert.equal(access.config.getCurrentCluster()?.caFile, join(folder, "a/ca.pem"));
    assert.ok("secretText" in access.kubeconfig && access.kubeconfig.secretText.includes("token-of-two"));
    assert.equal(clusterAccess({ ...auto, context: "two" }, null, { KUBECONFIG }).identity.server, "https://two");
  });

  it("reads the token of a tokenFile, which the client library does not know", async () => {
    file("token", "from-a-file\n");
    const KUBECONFIG = file(
      "config",
      kubeconfig({ one: { server: "https://one", user: { tokenFile: "token" } } }, "one"),
    );
    const options: { headers?: Record<string, string> } = {};
    await clusterAccess(auto, null, { KUBECONFIG }).config.applyToHTTPSOptions(options);
    assert.match(options.headers?.Authorization ?? "", /^Bearer from-a-file/);
  });

  it("says what is missing, and the next step", () => {
    const empty = refused(auto, { HOME: folder });
    assert.match(empty.message, /no kubeconfig: .*\.kube\/config is not there/);
    assert.match(empty.next, /KUBECONFIG.*cluster.host/);
    const KUBECONFIG = file(
      "config",
      kubeconfig({ "gke-prod": { server: "https://one" }, ocp: { server: "https://two" } }),
    );
    assert.match(refused(auto, { KUBECONFIG }).message, /has no current context; it has: gke-prod, ocp/);
    const wrong = refused({ ...auto, context: "gke-prd" }, { KUBECONFIG });
    assert.match(wrong.message, /cluster.context is "gke-prd".*it has: gke-prod, ocp/);
    assert.match(wrong.next, /did you mean "gke-prod"/);
    assert.match(refused(auto, { KUBECONFIG: file("list", "[1, 2]") }).message, /is no kubeconfig/);
    assert.match(refused(auto, { KUBECONFIG: file("broken", "a: [") }).message, /cannot be read/);
    const dangling = kubeconfig({ one: { server: "https://one" } }, "one").replace(
      '"cluster":"one"',
      '"cluster":"gone"',
    );
    assert.match(
      refused(auto, { KUBECONFIG: file("dangling", dangling) }).message,
      /names no cluster that is in there/,
    );
  });

  it("host and token make a kubeconfig in memory", () => {
    const pem = file("ca.pem", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
    const access = clusterAccess(
      { context: "auto", host: "https://api:6443/", certificateAuthority: pem },
      "secret-token",
      {},
    );
    assert.deepEqual(access.identity, { context: "https://api:6443/", server: "https://api:6443" });
    assert.equal(access.config.getCurrentUser()?.token, "secret-token");
    assert.match(
      Buffer.from(access.config.getCurrentCluster()?.caData ?? "", "base64").toString(),
      /BEGIN CERTIFICATE/,
    );
    assert.ok(!JSON.stringify(access.identity).includes("secret-token"));
  });

  it("host and token: no token, no https, no certificate", () => {
    const host = { context: "auto", host: "https://api:6443", certificateAuthority: null };
    assert.match(refused(host, {}).next, /llm-bench:clusterToken/);
    assert.match(refused({ ...host, host: "http://api" }, {}, "t").message, /no https:\/\/ address/);
    assert.match(refused({ ...host, certificateAuthority: join(folder, "no.pem") }, {}, "t").message, /cannot be read/);
    assert.match(
      refused({ ...host, certificateAuthority: file("x", "no") }, {}, "t").message,
      /holds no PEM certificate/,
    );
  });

  describe("requests", () => {
    let server: Server;
    let asked: string[];
    afterEach(() => {
      server.closeAllConnections();
      server.close();
    });

    async function cluster(answer: RequestListener, user?: object) {
      asked = [];
      server = createServer((request, response) => {
        asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
        answer(request, response);
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const entry = {
        server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        // The client refuses plain HTTP unless the kubeconfig says that TLS does not matter.
        cluster: { "insecure-skip-tls-verify": true },
        ...(user === undefined ? {} : { user }),
      };
      return connect(clusterAccess(auto, null, { KUBECONFIG: file("config", kubeconfig({ one: entry }, "one")) }));
    }

    const status =
      (code: number, message: string): RequestListener =>
      (_, response) => {
        response.writeHead(code, { "content-type": "application/json" });
        response.end(JSON.stringify({ kind: "Status", apiVersion: "v1", message, code }));
      };
    const namespaces: RequestListener = (_, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ kind: "NamespaceList", apiVersion: "v1", metadata: {}, items: [] }));
    };

    it("carry the token, and an answer means reachable", async () => {
      assert.equal(await reachable(await cluster(namespaces)), null);
      assert.deepEqual(asked, ["GET /api/v1/namespaces?limit=1 Bearer token-of-one"]);
    });

    it("a user of one namespace reaches the cluster too; nobody, or a wrong token, does not", async () => {
      assert.equal(await reachable(await cluster(status(403, 'User "dev" cannot list resource "namespaces"'))), null);
      const nobody = await reachable(await cluster(status(403, 'User "system:anonymous" cannot list'), {}));
      assert.match(nobody ?? "", /asked without any login/);
      assert.match((await reachable(await cluster(status(401, "Unauthorized")))) ?? "", /does not accept the login/);
    });

    it("reads are tried again after a fault that passes, writes are not", async () => {
      let faults = 2;
      const flaky: RequestListener = (request, response) =>
        faults-- > 0 ? void request.socket.destroy() : namespaces(request, response);
      const one = await cluster(flaky);
      assert.equal((await one.core.listNamespace({})).items.length, 0);
      assert.equal(asked.length, 3);
      faults = 1;
      await assert.rejects(one.core.createNamespace({ body: { metadata: { name: "x" } } }));
      assert.equal(asked.length, 4);
    });

    it("an answer that stays bad is told with the server's words", async () => {
      const why = await reachable(await cluster(status(503, "etcdserver: no leader")));
      assert.match(why ?? "", /HTTP status 503: etcdserver: no leader/);
      assert.equal(asked.length, 3);
    });

    it("a server that is not there is told as such", async () => {
      const one = await cluster(namespaces);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      assert.match((await reachable(one)) ?? "", /refuses the connection: is the cluster running/);
    });

    it("a login program that is missing is named, with how to get GKE's", async () => {
      const exec = { apiVersion: "client.authentication.k8s.io/v1beta1", command: "gke-gcloud-auth-plugin-x" };
      const why = await reachable(await cluster(namespaces, { exec }));
      assert.match(
        why ?? "",
        /needs the program "gke-gcloud-auth-plugin-x", which is not there.*gcloud components install/,
      );
    });

    it("a login program that fails is quoted", async () => {
      const exec = {
        apiVersion: "client.authentication.k8s.io/v1",
        command: "sh",
        args: ["-c", "echo token expired >&2; exit 1"],
      };
      assert.match((await reachable(await cluster(namespaces, { exec }))) ?? "", /token expired/);
    });
  });
});
