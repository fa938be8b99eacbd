import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { load } from "js-yaml";
import { type ChartName, chartHomes } from "../../manifests/llmd/charts.ts";
import { moduleFolder } from "../cluster/equipment/crds.ts";
import { helmBinary } from "../cluster/equipment/helm.ts";

/** A real chart in a folder, with the charts it needs; or why it could not be had. */
export type FoundChart =
  | { readonly folder: string; readonly version: string; readonly from: string }
  | { readonly missing: string };

/** GAIE's charts are in its Go module too, which networks reach that reach no chart registry. */
const inferenceExtension = `sigs.k8s.io/gateway-api-inference-extension@${chartHomes.inferencepool.version}`;

/**
 * All charts that the builders write values for, in their pinned versions: from the folder LLMBENCH_TEST_CHARTS, from a Go
 * module, or from their makers' homes. What was pulled or built stays in the user's cache.
 */
export function findCharts(): Promise<Readonly<Record<ChartName, FoundChart>>> {
  // Once: a home that does not answer costs a minute each time.
  found ??= helmBinary().then((helm) => {
    const names = Object.keys(chartHomes) as ChartName[];
    return Object.fromEntries(names.map((name) => [name, find(helm, name)])) as Record<ChartName, FoundChart>;
  });
  return found;
}

let found: Promise<Readonly<Record<ChartName, FoundChart>>> | null = null;

function find(helm: string, name: ChartName): FoundChart {
  const given = process.env.LLMBENCH_TEST_CHARTS;
  if (given !== undefined) {
    const folder = join(given, name);
    if (!existsSync(join(folder, "Chart.yaml"))) return { missing: `no ${name} in LLMBENCH_TEST_CHARTS (${given})` };
    return { folder, version: versionIn(folder), from: "LLMBENCH_TEST_CHARTS" };
  }
  const { version } = chartHomes[name];
  const kept = join(cache(), `chart-${name}-${version}`);
  const inModule = name === "inferencepool" || name === "standalone";
  const from = inModule ? "Go module" : chartHomes[name].repository;
  try {
    if (!existsSync(kept)) keep(kept, inModule ? (into) => build(helm, name, into) : (into) => pull(helm, name, into));
    return { folder: kept, version, from };
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    return { missing: `${name} ${version}: ${(stderr || message).trim().split("\n").at(-1)}` };
  }
}

/** The folder appears whole or not at all. */
function keep(folder: string, make: (into: string) => string): void {
  const into = mkdtempSync(join(tmpdir(), "llm-bench-chart-"));
  try {
    mkdirSync(dirname(folder), { recursive: true });
    const partial = `${folder}.partial-${process.pid}`;
    cpSync(make(into), partial, { recursive: true });
    renameSync(partial, folder);
  } finally {
    rmSync(into, { recursive: true, force: true });
  }
}

/** The module's charts as their release tooling packs them: the library beside them, their version from the tag. */
function build(helm: string, name: string, into: string): string {
  const source = join(moduleFolder(inferenceExtension), "config", "charts");
  for (const chart of ["epplib", name]) {
    cpSync(join(source, chart), join(into, chart), { recursive: true });
    execFileSync("chmod", ["-R", "u+w", join(into, chart)]);
  }
  execFileSync(helm, ["dependency", "build", join(into, name)], { encoding: "utf8", stdio: "pipe" });
  return join(into, name);
}

function pull(helm: string, name: ChartName, into: string): string {
  const { repository, version } = chartHomes[name];
  const what = repository.startsWith("oci://") ? [`${repository}/${name}`] : [name, "--repo", repository];
  const args = ["pull", ...what, "--version", version, "--untar", "--untardir", into];
  execFileSync(helm, args, { encoding: "utf8", stdio: "pipe", timeout: 60_000 });
  return join(into, name);
}

function versionIn(folder: string): string {
  return (load(readFileSync(join(folder, "Chart.yaml"), "utf8")) as { version: string }).version;
}

function cache(): string {
  return join(
    process.env.LLMBENCH_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "llm-bench"),
    "test",
  );
}
