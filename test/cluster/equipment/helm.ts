import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { goBuild } from "../../../cli/goBuild.ts";
import { projectRoot } from "../../../run/projectRoot.ts";

/**
 * A real helm: the one that LLMBENCH_TEST_HELM names, else the first on PATH, else built from its Go module, once per user.
 * Pinned is what Pulumi's Kubernetes provider embeds (provider/go.mod of pulumi-kubernetes 4.30 to 4.32), so that a chart
 * is rendered in tests as it is by `up`.
 */
export async function helmBinary(): Promise<string> {
  const named = process.env.LLMBENCH_TEST_HELM;
  if (named !== undefined) {
    if (!existsSync(named)) throw new Error(`LLMBENCH_TEST_HELM: there is no file ${named}`);
    return named;
  }
  const onPath = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, "helm"));
  return onPath.find((file) => existsSync(file)) ?? (await built());
}

/** Lets the stand-in provider, and all that this process starts, run it. */
export async function useHelm(): Promise<void> {
  process.env.LLMBENCH_TEST_HELM = await helmBinary();
}

/** Version of helm's Go module in tools/helm/go.mod, with its "v". */
export function pinnedHelm(): string {
  const goMod = readFileSync(join(projectRoot, "tools", "helm", "go.mod"), "utf8");
  const version = /^\s*helm\.sh\/helm\/v3 (v\S+)/m.exec(goMod)?.[1];
  if (version === undefined) throw new Error("tools/helm/go.mod requires no helm.sh/helm/v3");
  return version;
}

let building: Promise<string> | null = null;

function built(): Promise<string> {
  const cache =
    process.env.LLMBENCH_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "llm-bench");
  const output = join(cache, "test", `helm-${pinnedHelm()}`, "helm");
  if (existsSync(output)) return Promise.resolve(output);
  // Two tests of one process that ask at once wait for one build.
  building ??= goBuild({
    what: `helm ${pinnedHelm()}`,
    module: "tools/helm",
    package: "helm.sh/helm/v3/cmd/helm",
    ldflags: `-s -w -X helm.sh/helm/v3/internal/version.version=${pinnedHelm()}`,
    output,
    usualSeconds: 150,
  }).then(() => output);
  return building;
}
