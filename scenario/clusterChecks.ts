import type { Target } from "./scenario.ts";
import type { Config } from "./schema.ts";
import { isSimulated } from "./simulated.ts";
import { checkStorage } from "./storageChecks.ts";
import type { SecretsPresent } from "./target.ts";
import type { TargetSource } from "./targetSource.ts";
import { type Problem, show } from "./userError.ts";

type Fail = (problem: Omit<Problem, "file">) => never;

/** Settings of the cluster against each other, the platform and the engines; throws the first UserError. */
export function checkCluster(
  config: Config,
  sources: readonly TargetSource[],
  targets: readonly Target[],
  secrets: SecretsPresent,
  fail: Fail,
): void {
  checkLogin(config, secrets, fail);
  if (config.platform === "local") return;
  checkStorage(config, sources, targets, fail);
  checkMig(config, targets, fail);
  checkAccess(config, targets, fail);
}

function checkLogin({ cluster = {} }: Config, { hasClusterToken }: SecretsPresent, fail: Fail): void {
  const { host, context, certificateAuthority } = cluster;
  if (host === undefined) {
    if (hasClusterToken)
      fail({
        key: "clusterToken",
        value: "(hidden)",
        allowed: null,
        reason: "it is for cluster.host, which is not given",
        next: "Add cluster.host, or remove it: a kubeconfig brings its own login.",
      });
    if (certificateAuthority !== undefined)
      fail({
        key: "cluster.certificateAuthority",
        value: certificateAuthority,
        allowed: null,
        reason: "it is for cluster.host, which is not given; a kubeconfig brings its own",
        next: "Remove it, or add cluster.host.",
      });
    return;
  }
  const url = URL.parse(host);
  if (url?.protocol !== "https:" || url.username || url.password || url.search || url.hash)
    fail({
      key: "cluster.host",
      value: url?.username || url?.password ? "https://... (rest hidden)" : host,
      allowed: "https://host:port",
      reason: "it is no address of an API server",
      next: "Correct it; the token goes into the secret clusterToken.",
    });
  if (context !== undefined && context !== "auto")
    fail({
      key: "cluster.context",
      value: context,
      allowed: null,
      reason: `cluster.host (${host}) names a cluster as well`,
      next: "Remove one of the two.",
    });
  if (!hasClusterToken)
    fail({
      key: "clusterToken",
      value: undefined,
      allowed: "a token that the API server accepts",
      reason: "nobody can log in to cluster.host without it",
      next: "Run: pulumi config set --secret llm-bench:clusterToken",
    });
}

function checkMig({ platform, cluster = {} }: Config, targets: readonly Target[], fail: Fail): void {
  if (cluster.migStrategy !== "mixed") return;
  if (platform !== "ocp")
    fail({
      key: "cluster.migStrategy",
      value: "mixed",
      allowed: "single",
      reason: `platform ${platform} offers slices as nvidia.com/gpu, selected by a node label`,
      next: "Remove it.",
    });
  if (!targets.some((target) => !isSimulated(target) && target.gpu?.mig))
    fail({
      key: "cluster.migStrategy",
      value: "mixed",
      allowed: null,
      reason: "no engine of this stack runs on a MIG slice",
      next: "Remove it, or set gpu to a slice such as h100-80-mig-3g.40gb.",
    });
}

function checkAccess({ platform, cluster = {}, mode }: Config, targets: readonly Target[], fail: Fail): void {
  const existing = targets.every(({ method }) => method === "existing");
  for (const key of ["monitoring", "expose"] as const) {
    if (cluster[key] !== true) continue;
    const platforms = key === "expose" ? ["ocp"] : ["gke", "ocp"];
    if (!platforms.includes(platform))
      fail({
        key: `cluster.${key}`,
        value: true,
        allowed: "false",
        reason: `platform ${platform} has ${key === "expose" ? "no Routes" : "no Prometheus of its own"}`,
        next: key === "expose" ? "Remove it; kubectl port-forward reaches an engine." : "Remove it.",
      });
    if (existing)
      fail({
        key: `cluster.${key}`,
        value: true,
        allowed: "false",
        reason: "every engine of this stack was deployed by other means",
        next: "Remove it.",
      });
  }
  if (mode === "standup" && existing)
    fail({
      key: "mode",
      value: "standup",
      allowed: "benchmark, debug",
      reason: "every engine of this stack runs already, so there is nothing to set up",
      next: "Remove it, or add a target to deploy.",
    });
}

export function checkLocalMode({ mode }: Config, fail: Fail): void {
  if (mode === undefined || mode === "benchmark") return;
  fail({
    key: "mode",
    value: mode,
    allowed: "benchmark",
    reason: `on platform local engines live only as long as a run, so ${show(mode)} would leave nothing behind`,
    next: "Remove it, or choose platform gke, ocp or kind.",
  });
}
