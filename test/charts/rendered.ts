import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { V1PodTemplateSpec } from "@kubernetes/client-node";
import { dump, loadAll } from "js-yaml";
import { type HelmRelease, isRelease, type KubernetesObject } from "../../manifests/kubernetesObject.ts";
import type { ChartName } from "../../manifests/llmd/charts.ts";
import { type StackManifests, stackManifests } from "../../manifests/stackManifests.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import { helmBinary } from "../cluster/equipment/helm.ts";
import { bundles } from "../manifests/stacks.ts";
import type { FoundChart } from "./charts.ts";

/** An object of a chart or of ours, loosely typed: kinds of CRDs are among them. */
export interface AnyObject extends KubernetesObject {
  // biome-ignore lint/suspicious/noExplicitAny: what is in a spec depends on the kind
  readonly spec?: any;
  readonly data?: Readonly<Record<string, string>>;
}

/** A scenario as it would be in the cluster: releases taken apart into the objects of their charts, as far as those can be had. */
export interface RenderedScenario {
  readonly scenario: Scenario;
  readonly manifests: StackManifests;
  readonly releases: readonly {
    readonly release: HelmRelease;
    readonly text: string;
    readonly objects: readonly AnyObject[];
  }[];
  /** Of the charts and ours together. */
  readonly objects: readonly AnyObject[];
  /** Why the other releases could not be rendered; empty: all were. */
  readonly missing: readonly string[];
}

export async function renderScenario(
  scenario: Scenario,
  charts: Readonly<Record<ChartName, FoundChart>>,
): Promise<RenderedScenario> {
  const manifests = stackManifests(scenario, bundles, { hfToken: true });
  const { workspace, claims, shared, engines } = manifests;
  const all = [...workspace, ...claims, ...shared, ...engines.flatMap(({ objects }) => objects)];
  const releases = [];
  const missing: string[] = [];
  for (const release of all.filter(isRelease)) {
    const chart = charts[release.spec.chart.split("/").at(-1) as ChartName];
    if ("missing" in chart) {
      missing.push(chart.missing);
      continue;
    }
    const text = await template(release, chart.folder);
    const objects = (loadAll(text) as (AnyObject | null)[]).filter((object) => object !== null);
    releases.push({ release, text, objects });
  }
  const own = all.filter((object) => !isRelease(object)) as AnyObject[];
  const objects = [...own, ...releases.flatMap(({ objects }) => objects)];
  return { scenario, manifests, releases, objects, missing };
}

async function template({ metadata, spec }: HelmRelease, folder: string): Promise<string> {
  const work = mkdtempSync(join(tmpdir(), "llm-bench-values-"));
  try {
    const values = join(work, "values.yaml");
    // As values reach helm: class instances and undefined members are gone.
    writeFileSync(values, dump(JSON.parse(JSON.stringify(spec.values)), { noRefs: true }));
    const args = ["template", metadata.name, folder, "--namespace", metadata.namespace, "--values", values];
    // Without a cluster to ask, helm takes the version that it was built for, which a build of our own does not know.
    args.push("--kube-version", "1.33.0");
    return execFileSync(await helmBinary(), args, { encoding: "utf8", stdio: "pipe", maxBuffer: 1 << 26 });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Template of the pods of a workload; null for kinds that have none. */
export function podTemplate({ kind, spec }: AnyObject): V1PodTemplateSpec | null {
  if (kind === "Deployment" || kind === "Job") return spec.template;
  return kind === "LeaderWorkerSet" ? spec.leaderWorkerTemplate.workerTemplate : null;
}

export function matches(
  selector: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>> = {},
): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}
