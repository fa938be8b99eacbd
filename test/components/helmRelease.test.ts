import assert from "node:assert/strict";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { HelmRelease } from "../../manifests/kubernetesObject.ts";
import { projectRoot } from "../../run/projectRoot.ts";
import { only, registered } from "./pulumiMocks.ts";

const releaseType = "kubernetes:helm.sh/v3:Release";

function release(name: string, spec: Partial<HelmRelease["spec"]> = {}): HelmRelease {
  return {
    apiVersion: "helm.sh/v3",
    kind: "Release",
    metadata: { name, namespace: "ns" },
    spec: { chart: "a-chart", repository: "https://example.com/charts", version: "v1.2.3", values: { a: 1 }, ...spec },
  };
}

const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings", namespace: "ns" } };
const route = {
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "HTTPRoute",
  metadata: { name: "m", namespace: "ns" },
};

async function declared(objects: Parameters<typeof import("../../components/kubernetesObjects.ts").declareObjects>[2]) {
  return registered(async () => {
    const { declareObjects } = await import("../../components/kubernetesObjects.ts");
    const parent = new pulumi.ComponentResource("llmbench:components:Llmd", "engine-m");
    const namespace = declareObjects(parent, "w", [{ apiVersion: "v1", kind: "Namespace", metadata: { name: "ns" } }]);
    declareObjects(parent, "engine-m", objects, { dependsOn: namespace, deletedWith: namespace[0] });
  });
}

describe("Helm releases among an engine's objects", function () {
  this.timeout(60_000);

  it("has a fixed name, waits for nothing, and cleans up what failed", async () => {
    const made = only(await declared([release("m-ms")]), releaseType);
    assert.equal(made.name, "engine-m-m-ms");
    assert.deepEqual(made.inputs, {
      name: "m-ms",
      namespace: "ns",
      chart: "a-chart",
      repositoryOpts: { repo: "https://example.com/charts" },
      version: "v1.2.3",
      values: { a: 1 },
      skipAwait: true,
      cleanupOnFail: true,
      createNamespace: false,
      timeout: 300,
      compat: "true",
    });
    assert.equal(made.options.deleteBeforeReplace, true);
  });

  it("is uninstalled, unlike objects that go with their namespace, and before that goes", async () => {
    const resources = await declared([configMap, release("m-ms")]);
    const made = only(resources, releaseType);
    assert.equal(made.options.deletedWith, null);
    assert.ok(made.options.dependsOn.includes("w-namespace"), made.options.dependsOn.join());
    assert.equal(only(resources, "kubernetes:core/v1:ConfigMap").options.deletedWith, "w-namespace");
  });

  it("comes after what its pods mount and the release before it, and holds up no other object", async () => {
    const resources = await declared([configMap, release("m-router"), release("m-ms"), route]);
    const needsOf = (name: string) => only(resources, releaseType, name).options.dependsOn;
    assert.ok(needsOf("engine-m-m-router").includes("engine-m-configmap"));
    assert.ok(needsOf("engine-m-m-ms").includes("engine-m-m-router"));
    const routeType = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute";
    assert.deepEqual(only(resources, routeType).options.dependsOn, ["w-namespace"]);
  });

  it("takes a chart from a folder or a registry, which have no repository", async () => {
    const folder = release("m-ms", { chart: "/charts/a-chart", repository: null, version: null });
    const { inputs } = only(await declared([folder]), releaseType);
    assert.equal(inputs.chart, "/charts/a-chart");
    assert.equal("repositoryOpts" in inputs, false);
    assert.equal("version" in inputs, false);
    const beside = release("m-ms", { chart: "charts/a-chart", repository: null, version: null });
    assert.equal(only(await declared([beside]), releaseType).inputs.chart, join(projectRoot, "charts/a-chart"));
    const registry = release("m-ms", { chart: "oci://example.com/a-chart", repository: null, version: "v1" });
    assert.equal(only(await declared([registry]), releaseType).inputs.chart, "oci://example.com/a-chart");
  });

  it("keeps its resource's name when another release joins, or Pulumi would make one out of the other", async () => {
    const names = async (...objects: HelmRelease[]) =>
      (await declared(objects)).filter(({ type }) => type === releaseType).map(({ name }) => name);
    const alone = await names(release("m-ms"));
    assert.deepEqual(
      (await names(release("m-router"), release("m-ms"))).filter((name) => alone.includes(name)),
      alone,
    );
  });
});
