import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { ClusterError } from "../cluster/clusterError.ts";
import { clusterAccess, connect, reachable } from "../cluster/connection.ts";
import { projectRoot } from "../run/projectRoot.ts";
import type { ClusterSettings, Scenario } from "../scenario/scenario.ts";
import { clusterToken } from "./clusterToken.ts";
import type { Finding } from "./doctor.ts";
import { pluginNext } from "./explain.ts";
import { has } from "./pulumiCli.ts";

/** What stacks on clusters need beside the rest; notes at most, for stacks on this machine do without all of it. */
export async function clusterFindings(scenarios: readonly Scenario[]): Promise<Finding[]> {
  return [...["kubernetes", "random"].map((name) => provider(name)), ...(await clusters(scenarios))];
}

/** Looks where the engine looks, and asks nobody: a registry that cannot be reached must not make this wait. */
function provider(name: string, env: NodeJS.ProcessEnv = process.env): Finding {
  const version = versionOf(name);
  const what = `provider ${name} v${version} of the Pulumi engine`;
  const folder = join(env.PULUMI_HOME ?? join(homedir(), ".pulumi"), "plugins", `resource-${name}-v${version}`);
  if (existsSync(folder)) return { state: "ok", what };
  if (has(`pulumi-resource-${name}`)) return { state: "ok", what: `${what} (from PATH)` };
  return {
    state: "note",
    what: `${what}: not here yet, and stacks on clusters need it`,
    next: pluginNext(name, version),
  };
}

/** The SDK asks the engine for the provider of its own version. */
function versionOf(name: string): string {
  const file = join(projectRoot, "node_modules", "@pulumi", name, "package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

/** Each cluster that the stacks name, asked once; mostly that is the kubeconfig's current context for all. */
async function clusters(scenarios: readonly Scenario[]): Promise<Finding[]> {
  const wanted = new Map<string, { settings: ClusterSettings; stacks: string[] }>();
  for (const { cluster: settings, stack } of scenarios) {
    if (settings === null) continue;
    const key = settings.host ?? settings.context;
    const known = wanted.get(key) ?? { settings, stacks: [] };
    wanted.set(key, { ...known, stacks: [...known.stacks, stack] });
  }
  return Promise.all([...wanted.values()].map(({ settings, stacks }) => clusterFinding(settings, stacks)));
}

async function clusterFinding(settings: ClusterSettings, stacks: readonly string[]): Promise<Finding> {
  const users = `for ${stacks.join(", ")}`;
  try {
    const access = clusterAccess(settings, clusterToken());
    const { context, server } = access.identity;
    const named = context === server ? server : `context ${context} (${server})`;
    const problem = await reachable(connect(access));
    if (problem === null) return { state: "ok", what: `cluster ${named} answers, ${users}` };
    return { state: "note", what: `cluster ${named} is not in reach, ${users}`, next: problem };
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return { state: "note", what: `no cluster ${users}: ${error.message}`, next: error.next };
  }
}
