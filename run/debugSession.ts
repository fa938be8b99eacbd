import type { Cluster } from "../cluster/connection.ts";
import { waitForRun } from "../cluster/waitForRun.ts";
import { commandAnnotation } from "../manifests/harnessJob.ts";
import type { RunManifests } from "../manifests/kubernetesObject.ts";
import type { Driver } from "./driver.ts";

/** A pod is pulled and scheduled in minutes, or there is something to be told about it. */
const startSeconds = 900;

/** Waits until the sleeping harness pod runs and says how to get into it. */
export async function debugSession(cluster: Cluster, { job, namespace, objects }: RunManifests, driver: Driver) {
  const running = new AbortController();
  try {
    await waitForRun(
      cluster,
      { namespace, name: job },
      {
        deadlineSeconds: startSeconds,
        signal: AbortSignal.any([running.signal, driver.signal]),
        onLine: () => {},
        onPhase: (phase, detail) =>
          phase === "running" ? running.abort() : driver.status(`${job}: ${detail ?? phase}`),
      },
    );
  } catch (error) {
    if (!running.signal.aborted) throw error;
  }
  const command = objects.map(({ metadata }) => metadata?.annotations?.[commandAnnotation]).find((text) => text);
  driver.say(`the harness pod sleeps: kubectl -n ${namespace} exec -it job/${job} -- sh`);
  driver.say(`what it would run: ${command}`);
}
