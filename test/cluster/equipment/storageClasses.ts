import { serverOf } from "./apiServer.ts";

interface StorageClass {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly provisioner: string;
  readonly parameters?: Readonly<Record<string, string>>;
}

const path = "/apis/storage.k8s.io/v1/storageclasses";

/** Adds storage classes of a platform, where missing, as copies of the default one; returns what takes them away again. */
export async function addStorageClasses(kubeconfig: string, names: readonly string[]): Promise<() => Promise<void>> {
  const server = serverOf(kubeconfig);
  const { items } = await server.get<{ items: StorageClass[] }>(path);
  const plain = items.find(
    ({ metadata }) => metadata.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true",
  );
  if (plain === undefined) throw new Error("the cluster has no default storage class to make others of");
  const missing = names.filter((name) => !items.some(({ metadata }) => metadata.name === name));
  for (const name of missing) await server.send("POST", path, { ...plain, metadata: { name } });
  return async () => {
    for (const name of missing) await server.send("DELETE", `${path}/${name}`, undefined);
  };
}
