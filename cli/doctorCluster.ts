import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { ClusterError } from "../cluster/clusterError.ts";
import { type Cluster, clusterAccess, connect, reachable } from "../cluster/connection.ts";
import { ask } from "../cluster/known.ts";
import { prerequisiteProblems } from "../cluster/prerequisites.ts";
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
  const wanted = new Map<string, { settings: ClusterSettings; users: Scenario[] }>();
  for (const scenario of scenarios) {
    const { cluster: settings } = scenario;
    if (settings === null) continue;
    const key = settings.host ?? settings.context;
    const known = wanted.get(key) ?? { settings, users: [] };
    wanted.set(key, { ...known, users: [...known.users, scenario] });
  }
  const found = await Promise.all([...wanted.values()].map(({ settings, users }) => findingsOf(settings, users)));
  return found.flat();
}

async function findingsOf(settings: ClusterSettings, scenarios: readonly Scenario[]): Promise<Finding[]> {
  const users = `for ${scenarios.map(({ stack }) => stack).join(", ")}`;
  try {
    const access = clusterAccess(settings, clusterToken());
    const { context, server } = access.identity;
    const named = context === server ? server : `context ${context} (${server})`;
    const cluster = connect(access);
    const problem = await reachable(cluster);
    if (problem !== null) return [{ state: "note", what: `cluster ${named} is not in reach, ${users}`, next: problem }];
    return [{ state: "ok", what: `cluster ${named} answers, ${users}` }, ...(await lacking(cluster, scenarios))];
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return [{ state: "note", what: `no cluster ${users}: ${error.message}`, next: error.next }];
  }
}

/** What llm-d targets need of the whole cluster and it has not: worth knowing before the first preview. */
async function lacking(cluster: Cluster, scenarios: readonly Scenario[]): Promise<Finding[]> {
  const found = await Promise.all(
    scenarios.map(async ({ stack, targets }): Promise<Finding[]> => {
      const { value, reason } = await ask(cluster.identity, () => prerequisiteProblems(cluster, targets));
      if (value === null)
        return [{ state: "note", what: `${stack}: what llm-d needs could not be checked: ${reason}` }];
      return value.map(({ message, next }) => ({ state: "note", what: `${stack}: ${message}`, next }));
    }),
  );
  return found.flat();
}
