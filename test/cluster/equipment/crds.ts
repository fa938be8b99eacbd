import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { loadAll } from "js-yaml";
import { serverOf } from "./apiServer.ts";

interface Definition {
  readonly metadata: { readonly name: string };
}

/** Where a CustomResourceDefinition comes from. */
export interface DefinitionSource {
  readonly module: string;
  readonly file: string;
  readonly name: string;
}

/** What tells a platform's Prometheus about pods. */
export const monitoringKinds: readonly DefinitionSource[] = [
  {
    module: "github.com/prometheus-operator/prometheus-operator@v0.85.0",
    file: "example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml",
    name: "podmonitors.monitoring.coreos.com",
  },
  {
    module: "github.com/GoogleCloudPlatform/prometheus-engine@v0.13.0",
    file: "manifests/setup.yaml",
    name: "podmonitorings.monitoring.googleapis.com",
  },
];

// Kinds that the platforms have and a plain cluster has not, from where their makers publish them. The versions are
// pinned; Go checks what it fetches, and nothing of it is kept here.
const platformKinds: readonly DefinitionSource[] = [
  {
    module: "github.com/openshift/api@v0.0.0-20240124164020-e2ce40831f2e",
    file: "route/v1/route.crd.yaml",
    name: "routes.route.openshift.io",
  },
  ...monitoringKinds,
];

const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/** Installs Route, PodMonitor and PodMonitoring, or others, where missing; returns what takes those away that it installed. */
export async function installDefinitions(
  kubeconfig: string,
  sources: readonly DefinitionSource[] = platformKinds,
): Promise<() => Promise<void>> {
  const server = serverOf(kubeconfig);
  const there = await server.get<{ items: Definition[] }>(path);
  const missing = sources.filter(({ name }) => !there.items.some(({ metadata }) => metadata.name === name));
  for (const { module, file, name } of missing) {
    const documents = loadAll(readFileSync(join(moduleFolder(module), file), "utf8")) as (Definition | null)[];
    const definition = documents.find((document) => document?.metadata.name === name);
    if (definition === undefined) throw new Error(`${module} has no ${name} in ${file}`);
    await server.send("POST", path, definition);
    await established(kubeconfig, name);
  }
  return async () => {
    for (const { name } of missing) await server.send("DELETE", `${path}/${name}`, undefined);
  };
}

/** Folder of a Go module in Go's own cache. */
export function moduleFolder(module: string): string {
  // Outside of any module, so that Go neither reads nor changes a go.mod.
  const cwd = mkdtempSync(join(tmpdir(), "llm-bench-go-"));
  try {
    const answer = execFileSync("go", ["mod", "download", "-json", module], { cwd, encoding: "utf8" });
    return (JSON.parse(answer) as { Dir: string }).Dir;
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

async function established(kubeconfig: string, name: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const { status } = await serverOf(kubeconfig).get<{ status?: { conditions?: { type: string; status: string }[] } }>(
      `${path}/${name}`,
    );
    if (status?.conditions?.some((condition) => condition.type === "Established" && condition.status === "True"))
      return;
    if (Date.now() > deadline) throw new Error(`${name} is not established after 30 s`);
    await sleep(200);
  }
}
