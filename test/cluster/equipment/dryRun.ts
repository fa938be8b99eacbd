import assert from "node:assert/strict";
import type { KubernetesObject } from "../../../manifests/kubernetesObject.ts";
import type { ApiServer } from "./apiServer.ts";

type DryRun = (object: KubernetesObject) => Promise<void>;

/** Asks for an object in this namespace without making it; unknown and misspelt fields are errors. */
export function dryRuns(server: ApiServer, namespace: string): DryRun {
  const plurals = new Map<string, { readonly path: string; readonly namespaced: boolean }>();

  const resource = async (apiVersion: string, kind: string) => {
    const key = `${apiVersion}/${kind}`;
    const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    if (!plurals.has(key)) {
      const { resources } = await server.get<{ resources: { name: string; kind: string; namespaced: boolean }[] }>(
        root,
      );
      for (const { name, kind, namespaced } of resources.filter(({ name }) => !name.includes("/")))
        plurals.set(`${apiVersion}/${kind}`, {
          path: namespaced ? `${root}/namespaces/{namespace}/${name}` : `${root}/${name}`,
          namespaced,
        });
    }
    const found = plurals.get(key);
    assert.ok(found !== undefined, `the API server does not know ${key}`);
    return found;
  };

  return async (object) => {
    const kind = await resource(object.apiVersion as string, object.kind as string);
    const moved = { ...object, metadata: { ...object.metadata, ...(kind.namespaced ? { namespace } : {}) } };
    // What is there already, from a test's own preparations, must not be in the way.
    if (!kind.namespaced || object.kind === "ServiceAccount") moved.metadata.name = `${namespace}-dry`;
    const path = kind.path.replace("{namespace}", namespace);
    await server.send("POST", `${path}?dryRun=All&fieldValidation=Strict`, moved).catch((error: Error) => {
      throw new Error(`${object.kind} ${object.metadata?.name}: ${error.message}`, { cause: error });
    });
  };
}
