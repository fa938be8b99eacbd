import assert from "node:assert/strict";
import type { EngineManifests, KubernetesObject } from "../../manifests/kubernetesObject.ts";
import { shareObjects } from "../../manifests/sharedObjects.ts";
import { stackManifests } from "../../manifests/stackManifests.ts";
import { scenarios } from "./scenarios.ts";
import { bundles } from "./stacks.ts";

const code = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "code-1", namespace: "n" }, immutable: true };
const settings = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings-1", namespace: "n" } };
const cache = (name: string, accessMode: string) => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name, namespace: "n", labels: { "app.kubernetes.io/component": "model-cache" } },
  spec: { accessModes: [accessMode] },
});
const engine = (target: string, ...objects: KubernetesObject[]) => ({ target, objects }) as unknown as EngineManifests;
const names = (objects: readonly KubernetesObject[]) => objects.map(({ metadata }) => metadata?.name);
const shared = (...engines: EngineManifests[]) => {
  const { shared, own } = shareObjects(engines);
  return [names(shared), ...own.map(({ objects }) => names(objects))];
};

describe("objects that engines share", () => {
  it("are immutable ConfigMaps, each once; what can change stays with its engine", () =>
    assert.deepEqual(shared(engine("a", code, settings), engine("b", code)), [["code-1"], ["settings-1"], []]));

  it("have the same owner when there is only one engine: it must not change when a second one joins", () =>
    assert.deepEqual(shared(engine("a", code, settings)), [["code-1"], ["settings-1"]]));

  it("are model caches on a ReadWriteMany claim; a ReadWriteOnce one is its engine's", () => {
    assert.deepEqual(shared(engine("a", cache("m", "ReadWriteMany")), engine("b", cache("m", "ReadWriteMany"))), [
      ["m"],
      [],
      [],
    ]);
    assert.deepEqual(shared(engine("a", cache("m", "ReadWriteOnce"))), [[], ["m"]]);
  });

  it("are told apart by kind, namespace and name", () => {
    const elsewhere = { ...code, metadata: { ...code.metadata, namespace: "other" } };
    assert.deepEqual(shared(engine("a", code), engine("b", elsewhere)), [["code-1", "code-1"], [], []]);
  });

  it("leave no object of any scenario with two owners, and lose none", () => {
    for (const [name, scenario] of scenarios) {
      const manifests = stackManifests(scenario, bundles, { hfToken: true });
      const objects = [
        ...manifests.workspace,
        ...manifests.claims,
        ...manifests.shared,
        ...manifests.engines.flatMap((one) => one.objects),
      ];
      const ids = objects.map(({ kind, metadata }) => `${kind}/${metadata?.namespace ?? ""}/${metadata?.name}`);
      assert.deepEqual(ids.length, new Set(ids).size, name);
      for (const { name: workload, release } of manifests.engines.flatMap(({ workloads }) => workloads))
        assert.ok(
          ids.some((id) => id.endsWith(`/${release ?? workload}`)),
          name,
        );
    }
  });
});
