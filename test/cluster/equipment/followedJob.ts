import type { KubernetesObject, V1Container, V1PodSpec } from "@kubernetes/client-node";
import type { Cluster } from "../../../cluster/connection.ts";
import { type RunEnd, waitForRun } from "../../../cluster/waitForRun.ts";

export const busybox = "docker.io/library/busybox:1.36";

/** As restricted as our own pods, for the namespace enforces it. */
export function podSpec(container: Partial<V1Container>, more: Partial<V1PodSpec> = {}): V1PodSpec {
  return {
    terminationGracePeriodSeconds: 3,
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
    containers: [
      {
        name: "vllm",
        image: busybox,
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
        ...container,
      },
    ],
    ...more,
  };
}

/** A Job that runs a shell script once. */
export function jobOf(
  namespace: string,
  name: string,
  script: string,
  more: object = {},
  labels: Record<string, string> = {},
): KubernetesObject {
  const spec = podSpec({ name: "harness", command: ["sh", "-c", script] }, { restartPolicy: "Never" });
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name, namespace, labels },
    spec: { backoffLimit: 0, ...more, template: { metadata: { labels }, spec } },
  } as KubernetesObject;
}

/** Prints `line 1`, `line 2`, ... with a pause after each. */
export const counting = (count: number, pauseSeconds: number) =>
  `for i in $(seq 1 ${count}); do echo line $i; sleep ${pauseSeconds}; done`;

/** What `counting` prints. */
export const counted = (count: number) => Array.from({ length: count }, (_, i) => `line ${i + 1}`);

/** Makes a Job and waits for its end as for a run's, with what is said meanwhile. */
export async function followJob(
  cluster: Cluster,
  job: KubernetesObject,
  during: () => Promise<void> = async () => {},
): Promise<RunEnd & { readonly lines: readonly string[]; readonly phases: readonly string[] }> {
  const { name = "", namespace = "" } = job.metadata ?? {};
  await cluster.objects.create(job);
  const lines: string[] = [];
  const phases: string[] = [];
  const [end] = await Promise.all([
    waitForRun(
      cluster,
      { namespace, name },
      {
        deadlineSeconds: 90,
        signal: new AbortController().signal,
        onLine: (line) => void lines.push(line),
        onPhase: (phase, detail) => void phases.push(detail === null ? phase : `${phase}: ${detail}`),
      },
    ),
    during(),
  ]);
  return { ...end, lines, phases };
}
