import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dump, load } from "js-yaml";
import { definitionsFrom, releaseFiles } from "../../components/llmdPrerequisitesFiles.ts";
import { controllerReleases } from "../../components/llmdPrerequisitesReleases.ts";
import {
  type LlmdPrerequisitesSettings,
  llmdPrerequisitesSettings,
} from "../../components/llmdPrerequisitesSettings.ts";
import type { KubernetesObject } from "../../manifests/kubernetesObject.ts";
import { only, type Registered, registered, resolved, summary } from "./pulumiMocks.ts";

const root = join(import.meta.dirname, "..", "..", "llm-d-prerequisites");
const project = "llm-bench-llm-d-prerequisites";

/** As Pulumi hands it over, with the defaults of Pulumi.yaml. */
function settingsOf(changes: Readonly<Record<string, string>>): LlmdPrerequisitesSettings {
  const { config } = load(readFileSync(join(root, "Pulumi.yaml"), "utf8")) as {
    config: Record<string, { default?: unknown }>;
  };
  const defaults = Object.entries(config).filter(([, { default: value }]) => value !== undefined);
  const values = {
    ...Object.fromEntries(defaults.map(([key, { default: value }]) => [key, String(value)])),
    ...changes,
  };
  const all = Object.fromEntries(Object.entries(values).map(([key, value]) => [`${project}:${key}`, value]));
  return llmdPrerequisitesSettings(all, "test", releaseFiles);
}

const definition = (name: string): KubernetesObject & { spec: object } => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name },
  spec: {},
});
const gateways = definition("gateways.gateway.networking.k8s.io");
const pools = definition("inferencepools.inference.networking.k8s.io");
const policy = {
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingAdmissionPolicy",
  metadata: { name: "safe-upgrades.gateway.networking.k8s.io" },
};

async function declared(changes: Readonly<Record<string, string>>): Promise<Registered[]> {
  return registered(async () => {
    const { LlmdPrerequisites } = await import("../../components/llmdPrerequisites.ts");
    const definitions = { gatewayApi: [gateways, policy], inferenceApi: [pools] };
    const { next } = new LlmdPrerequisites("llm-d", settingsOf(changes), definitions);
    const gateway = settingsOf(changes).gateway;
    assert.deepEqual(await resolved(next), { "llm-bench:llmd": { gateway } });
  });
}

const releaseType = "kubernetes:helm.sh/v3:Release";

describe("prerequisites of llm-d", function () {
  this.timeout(60_000);

  it("on each platform the default gateway is the scenarios', and what the platform keeps is left alone", () => {
    const { gatewayApi, inferenceApi } = releaseFiles;
    const chosen = (changes: Readonly<Record<string, string>>) => {
      const { gateway, gatewayApi, inferenceApi } = settingsOf(changes);
      return { gateway, gatewayApi, inferenceApi };
    };
    assert.deepEqual(chosen({ platform: "gke" }), { gateway: "gke", gatewayApi: null, inferenceApi: null });
    assert.deepEqual(chosen({ platform: "ocp" }), { gateway: "istio", gatewayApi: null, inferenceApi });
    assert.deepEqual(chosen({ platform: "kind" }), { gateway: "none", gatewayApi: null, inferenceApi: null });
    const agent = { platform: "kind", gateway: "agentgateway" };
    assert.deepEqual(chosen(agent), { gateway: "agentgateway", gatewayApi, inferenceApi });
    const older = { platform: "gke", inferenceApi: "install", inferenceApiFrom: "/mirror/pools.yaml" };
    assert.deepEqual(chosen(older), { gateway: "gke", gatewayApi: null, inferenceApi: "/mirror/pools.yaml" });
  });

  it("files are of pinned releases", () => {
    for (const url of Object.values(releaseFiles))
      assert.match(
        url,
        /^https:\/\/github\.com\/kubernetes-sigs\/[a-z-]+\/releases\/download\/v\d+\.\d+\.\d+\/[a-z0-9-]+\.yaml$/,
      );
  });

  it("the committed stacks are taken", () => {
    const stacks = readdirSync(root).filter((name) => /^Pulumi\..+\.yaml$/.test(name));
    assert.deepEqual(stacks.sort(), ["Pulumi.gke.yaml", "Pulumi.kind.yaml", "Pulumi.ocp.yaml"]);
    for (const name of stacks) {
      const { config } = load(readFileSync(join(root, name), "utf8")) as { config: Record<string, string> };
      llmdPrerequisitesSettings(config, name, releaseFiles);
    }
  });

  const refusals: [string, Readonly<Record<string, string>>, RegExp][] = [
    ["no platform", {}, /^llm-d-prerequisites\/Pulumi\.test\.yaml: platform is missing/],
    ["a typo in a key", { platform: "kind", gatewy: "istio" }, /gatewy is "istio": .* Did you mean gateway\?$/],
    [
      "another provider",
      { platform: "kind", gateway: "kgateway" },
      /gateway is "kgateway": .*none, istio, agentgateway, gke/,
    ],
    [
      "GKE's gateway elsewhere",
      { platform: "ocp", gateway: "gke" },
      /gateway is "gke": platform ocp has no such gateway\./,
    ],
    [
      "a source of what is left alone",
      { platform: "gke", gatewayApiFrom: "/tmp/x" },
      /gatewayApiFrom is "\/tmp\/x": nothing is installed from it, since gatewayApi is "leave"\. Set gatewayApi to "install"/,
    ],
  ];
  for (const [what, changes, message] of refusals)
    it(`refuses ${what}`, () => assert.throws(() => settingsOf(changes), { message }));

  it("without a gateway and several nodes there is no controller", () => {
    assert.deepEqual(controllerReleases(settingsOf({ platform: "kind" })), []);
    assert.deepEqual(controllerReleases(settingsOf({ platform: "gke" })), []);
  });

  it("istio is told of pools, and that it is on OpenShift", () => {
    const [base, istiod] = controllerReleases(settingsOf({ platform: "ocp" }));
    assert.equal(base?.chart, "base");
    assert.equal(base?.version, istiod?.version);
    assert.match(String(istiod?.version), /^\d+\.\d+\.\d+$/);
    assert.deepEqual(istiod?.values, {
      pilot: { env: { ENABLE_GATEWAY_API_INFERENCE_EXTENSION: "true" } },
      meshConfig: { defaultConfig: { proxyMetadata: { ENABLE_GATEWAY_API_INFERENCE_EXTENSION: "true" } } },
      global: { platform: "openshift" },
    });
  });

  it("charts come from their homes, a mirror, or a folder", () => {
    const home = (charts: string) =>
      controllerReleases(settingsOf({ platform: "kind", multiNode: "true", ...(charts ? { charts } : {}) }))[0];
    const at = (charts: string) => [home(charts)?.chart, home(charts)?.repository, home(charts)?.version];
    assert.deepEqual(at(""), ["oci://registry.k8s.io/lws/charts/lws", null, "v0.8.0"]);
    assert.deepEqual(at("oci://mirror/charts/"), ["oci://mirror/charts/lws", null, "v0.8.0"]);
    assert.deepEqual(at("https://mirror/charts"), ["lws", "https://mirror/charts", "v0.8.0"]);
    assert.deepEqual(at("/mnt/charts"), ["/mnt/charts/lws", null, null]);
    assert.deepEqual(home("")?.values, { image: { manager: { tag: "v0.8.0", pullPolicy: "IfNotPresent" } } });
  });

  it("declares definitions, then controllers in namespaces that go with them", async () => {
    const resources = await declared({ platform: "kind", gateway: "istio", multiNode: "true" });
    assert.deepEqual(summary(resources), [
      "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy validatingadmissionpolicy-safe-upgrades.gateway.networking.k8s.io",
      "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition gateways.gateway.networking.k8s.io",
      "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition inferencepools.inference.networking.k8s.io",
      "kubernetes:core/v1:Namespace istio-system",
      "kubernetes:core/v1:Namespace lws-system",
      "kubernetes:helm.sh/v3:Release istio-base",
      "kubernetes:helm.sh/v3:Release istiod",
      "kubernetes:helm.sh/v3:Release lws",
      "llmbench:components:LlmdPrerequisites llm-d",
    ]);
    const base = only(resources, releaseType, "istio-base");
    for (const name of ["istio-system", "gateways.gateway.networking.k8s.io"])
      assert.ok(base.options.dependsOn.includes(name), name);
    assert.ok(only(resources, releaseType, "istiod").options.dependsOn.includes("istio-base"));
    const { skipAwait, createNamespace, cleanupOnFail, atomic } = base.inputs;
    assert.deepEqual(
      { skipAwait, createNamespace, cleanupOnFail, atomic },
      {
        skipAwait: undefined,
        createNamespace: false,
        cleanupOnFail: true,
        atomic: undefined,
      },
    );
  });

  it("definitions cannot be deleted until that is asked for", async () => {
    const protectedOnes = async (changes: Readonly<Record<string, string>>) =>
      (await declared({ platform: "kind", ...changes }))
        .filter(({ options }) => options.protect)
        .map(({ name }) => name);
    assert.deepEqual(await protectedOnes({}), [gateways.metadata?.name, pools.metadata?.name]);
    assert.deepEqual(await protectedOnes({ removable: "true" }), []);
  });
});

describe("files of definitions", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "definitions-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const file = (name: string, ...objects: object[]) => {
    writeFileSync(join(folder, name), objects.map((object) => `---\n${dump(object)}`).join(""));
    return join(folder, name);
  };
  const names = (objects: readonly KubernetesObject[]) => objects.map(({ metadata }) => metadata?.name);

  it("a file, a folder, and a URL with redirects", async () => {
    const path = file("b.yaml", gateways, { ...pools, status: { conditions: [] } });
    file("a.yaml", policy);
    writeFileSync(join(folder, "kustomization.yaml"), "kind: Kustomization\n");
    const needed = ["gateways.gateway.networking.k8s.io"];
    assert.deepEqual(await definitionsFrom(path, needed), [gateways, pools]);
    assert.deepEqual(names(await definitionsFrom(folder, needed)), names([policy, gateways, pools]));
    const server = createServer((request, response) => {
      if (request.url === "/release") response.writeHead(302, { location: "/file" }).end();
      else if (request.url === "/file") response.end(readFileSync(path));
      else response.writeHead(404).end();
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      assert.deepEqual(await definitionsFrom(`${base}/release`, needed), [gateways, pools]);
      await assert.rejects(
        definitionsFrom(`${base}/none`, needed),
        /cannot be had: HTTP status 404; on a closed network set /,
      );
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it("refuses what is not such a file", async () => {
    const path = file("x.yaml", gateways);
    await assert.rejects(
      definitionsFrom(path, ["httproutes.gateway.networking.k8s.io"]),
      /x\.yaml does not define httproutes\.gateway\.networking\.k8s\.io; is it the right file\?/,
    );
    const other = file("y.yaml", gateways, { kind: "ClusterRoleBinding", metadata: { name: "admin" } });
    await assert.rejects(definitionsFrom(other, []), /y\.yaml holds ClusterRoleBinding admin; only /);
    await assert.rejects(definitionsFrom(join(folder, "none"), []), /none cannot be read: ENOENT/);
  });
});
