import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CoreV1Event, V1Deployment, V1Job, V1Node, V1Pod } from "@kubernetes/client-node";

const folder = join(import.meta.dirname, "..", "clusterData");

/** What a real kubelet and scheduler (v1.34.1) said of a fault of test/clusterData/faults.yaml. */
export interface PodData {
  readonly pod: V1Pod;
  readonly events: readonly CoreV1Event[];
  readonly nodes: readonly V1Node[];
}

export function podData(name: string): PodData {
  return read(name) as PodData;
}

export function deploymentData(name: string): {
  readonly deployment: V1Deployment;
  readonly events: readonly CoreV1Event[];
} {
  return read(name) as ReturnType<typeof deploymentData>;
}

export function jobData(name: string): V1Job {
  return (read("jobs") as Record<string, V1Job>)[name] as V1Job;
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));
}
