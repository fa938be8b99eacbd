import type { V1Pod } from "@kubernetes/client-node";
import { ClusterError } from "./clusterError.ts";
import type { Cluster } from "./connection.ts";
import { isStatus, isTransient } from "./noAnswer.ts";
import type { Reader } from "./reader.ts";

/** null: it may yet start. Otherwise what keeps it from that for good, or what did until the time was up. */
export async function whyNotStarted(cluster: Cluster, reader: Reader): Promise<ClusterError | null> {
  const where = { namespace: reader.namespace, name: reader.pod };
  const late = Date.now() > reader.startBy;
  let pod: V1Pod;
  try {
    pod = await cluster.core.readNamespacedPod(where);
  } catch (error) {
    if (isStatus(error, 404))
      return problem(reader, "was deleted", "collect again; what is here already is not fetched twice");
    if (isTransient(error) && !late) return null;
    throw error;
  }
  if (pod.metadata?.uid !== reader.uid) {
    return problem(
      reader,
      "was replaced by another one",
      "is another collection of this run going on? Collect again after it",
    );
  }
  const { phase, reason, message } = pod.status ?? {};
  if (phase === "Failed" || phase === "Succeeded") {
    const why = [reason, message].filter(Boolean).join(": ") || "without a reason";
    return problem(reader, `ended (${why})`, "collect again; what is here already is not fetched twice");
  }
  const waiting = pod.status?.containerStatuses?.[0]?.state?.waiting;
  const hopeless = ["InvalidImageName", "ErrImageNeverPull", "CreateContainerConfigError", "CreateContainerError"];
  if (waiting?.reason && hopeless.includes(waiting.reason)) {
    return problem(reader, `cannot start: ${waiting.reason}: ${waiting.message}`, 'check "harness.image"');
  }
  if (!late) return null;
  return problem(
    reader,
    `did not start in time: ${await latest(cluster, pod)}`,
    "the results are still in the claim: remove the cause, then collect again",
  );
}

async function latest(cluster: Cluster, pod: V1Pod): Promise<string> {
  const unscheduled = pod.status?.conditions?.find(({ type, status }) => type === "PodScheduled" && status === "False");
  if (unscheduled) return unscheduled.message ?? "no node takes it";
  const waiting = pod.status?.containerStatuses?.[0]?.state?.waiting;
  const events = await cluster.core
    .listNamespacedEvent({
      namespace: pod.metadata?.namespace ?? "",
      fieldSelector: `involvedObject.uid=${pod.metadata?.uid},type=Warning`,
    })
    .then(
      ({ items }) => items,
      () => [],
    );
  const last = events.at(-1);
  if (last) return `${last.reason}: ${last.message}`;
  return waiting ? `${waiting.reason}: ${waiting.message ?? ""}` : "nothing says why";
}

function problem(reader: Reader, what: string, next: string): ClusterError {
  return new ClusterError(
    `the pod ${reader.namespace}/${reader.pod} that reads the results from claim "${reader.claim}" ${what}`,
    next,
  );
}
