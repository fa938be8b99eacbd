import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type ChartName, chartOf } from "../manifests/llmd/charts.ts";
import type { LlmdSettings } from "../scenario/llmd.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { ScenarioError, UserError } from "../scenario/userError.ts";
import { projectRoot } from "./projectRoot.ts";

/** Charts of an llm-d, in order of their releases. */
export function chartNames({ gateway, router }: Pick<LlmdSettings, "gateway" | "router">): ChartName[] {
  const gaie = router === "inferencepool";
  if (gateway === "none") return [gaie ? "standalone" : "llm-d-router-standalone", "llm-d-modelservice"];
  return ["llm-d-infra", gaie ? "inferencepool" : "llm-d-router-gateway", "llm-d-modelservice"];
}

/**
 * Refuses a folder that lacks a chart: Helm would take the path for the name of a repository, and say that this is not there.
 * Not part of parsing, since a stack whose folder has gone must still be destroyed.
 */
export function checkChartFolders({ stack, targets }: Pick<Scenario, "stack" | "targets">): void {
  for (const target of targets) {
    if (target.method !== "llm-d" || target.llmd.charts === null) continue;
    const { llmd } = target;
    for (const name of chartNames(llmd)) {
      const { chart, repository } = chartOf(name, llmd.charts);
      const isFolder = repository === null && !chart.startsWith("oci://");
      if (!isFolder || existsSync(resolve(projectRoot, chart, "Chart.yaml"))) continue;
      throw new ScenarioError([
        new UserError({
          key: "llmd.charts",
          value: llmd.charts,
          file: `Pulumi.${stack}.yaml`,
          reason: `target ${target.name} needs chart ${name}, and there is no ${chart}/Chart.yaml`,
          allowed: "a folder with a folder for each chart, relative to the project's, or an oci:// or https:// address",
          next: "Put the chart there, or remove the key: the charts then come from their makers.",
        }),
      ]);
    }
  }
}
