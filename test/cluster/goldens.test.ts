import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { V1PodSpec } from "@kubernetes/client-node";
import { loadAll } from "js-yaml";
import type { KubernetesObject } from "../../manifests/kubernetesObject.ts";
import { monitoringManifests } from "../../manifests/monitoring.ts";
import { routeManifests } from "../../manifests/route.ts";
import { scenarios } from "../manifests/scenarios.ts";
import { serverOf } from "./equipment/apiServer.ts";
import { createNamespace, deleteNamespace, describeOnCluster, namespaceName } from "./equipment/cluster.ts";
import { installDefinitions } from "./equipment/crds.ts";
import { dryRuns } from "./equipment/dryRun.ts";

const folder = join(import.meta.dirname, "..", "golden", "manifests");

interface Owner extends KubernetesObject {
  readonly spec: { readonly template: { readonly metadata?: object; readonly spec: V1PodSpec } };
}

describeOnCluster("golden manifests before a real API server", (kubeconfig) => {
  const namespace = namespaceName("goldens");
  const server = serverOf(kubeconfig);
  let removeDefinitions = async () => {};

  before(async () => {
    await createNamespace(namespace);
    removeDefinitions = await installDefinitions(kubeconfig);
    // Admission refuses pods whose service account is not there, in dry runs too.
    for (const name of ["llmdbench-runner", "llmdbench-collector"])
      await server.send("POST", `/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name } });
  });
  after(async () => {
    await removeDefinitions();
    await deleteNamespace(namespace);
  });

  const dryRun = dryRuns(server, namespace);

  for (const file of readdirSync(folder).filter((name) => name.endsWith(".yaml")))
    it(`takes every object of ${file}, and its pods under the restricted standard`, async () => {
      const objects = loadAll(readFileSync(join(folder, file), "utf8")) as KubernetesObject[];
      assert.ok(objects.length > 5, `${file} holds ${objects.length} objects`);
      // What a release holds is rendered first, and then goes before the server in `npm run test:charts`.
      const { releases = [], own = [] } = Object.groupBy(objects, ({ kind }) =>
        kind === "Release" ? "releases" : "own",
      );
      let pods = 0;
      for (const object of own) {
        await dryRun(object);
        if (object.kind !== "Deployment" && object.kind !== "Job") continue;
        // The standard is enforced on pods only: a Deployment that breaks it is taken, and never gets one.
        const { metadata, spec } = (object as Owner).spec.template;
        await dryRun({
          apiVersion: "v1",
          kind: "Pod",
          metadata: { ...metadata, name: `pod-${pods++}` },
          spec,
        } as object);
      }
      assert.ok(pods + releases.length >= 2, `${file} holds ${pods} pods and ${releases.length} releases`);
    });

  it("refuses a pod that is not restricted, and a field that does not exist", async () => {
    const spec = { containers: [{ name: "main", image: "busybox:1.36" }] };
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "free" }, spec };
    await assert.rejects(dryRun(pod), /violates PodSecurity "restricted:latest"/);
    const map = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "map" }, dta: {} };
    await assert.rejects(dryRun(map), /unknown field "dta"/);
  });

  for (const [name, kinds] of [
    ["Route and PodMonitor", ["PodMonitor", "Route"]],
    ["PodMonitoring", ["PodMonitoring"]],
  ] as const)
    it(`takes ${name} as their makers define them`, async () => {
      const scenario = scenarios.get(name);
      const target = scenario?.targets[0];
      assert.ok(scenario !== undefined && target?.method === "standalone");
      const objects = [...monitoringManifests(scenario, target), ...routeManifests(scenario, target)];
      assert.deepEqual(
        objects.map(({ kind }) => kind),
        kinds,
      );
      for (const object of objects) await dryRun(object);
    });
});
