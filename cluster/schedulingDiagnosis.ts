import type { CoreV1Event, V1Node, V1Pod } from "@kubernetes/client-node";
import { type Diagnosis, eventTime, fatal, patient } from "./diagnosis.ts";
import { demandOf, whyNoNode } from "./nodeFit.ts";

/** A pool that scales up from nothing takes minutes; hardware that is not there never comes. */
const impossibleSeconds = 600;

/** Why a pod has no node yet: its claims first, for the scheduler only says that they are not bound. */
export function diagnoseScheduling(
  pod: V1Pod,
  events: readonly CoreV1Event[],
  nodes: readonly V1Node[] | null,
): Diagnosis | null {
  const claim = diagnoseClaims(events);
  if (claim) return claim;
  const verdict = pod.status?.conditions?.find(({ type, status }) => type === "PodScheduled" && status === "False");
  if (verdict?.reason === "SchedulingGated") {
    return {
      ...patient(impossibleSeconds),
      state: "scheduling",
      message: `is held back by a scheduling gate: ${verdict.message ?? ""}`,
      next: "a queue such as Kueue holds it: ask for admission, or use a namespace without one",
    };
  }
  if (verdict?.reason !== "Unschedulable") return null;
  const words = schedulerWords(verdict.message ?? "");
  const missing = /persistentvolumeclaim "([^"]+)" not found/.exec(words);
  if (missing) {
    return {
      ...patient(30),
      state: "storage",
      message: `waits for the claim "${missing[1]}", which is not there`,
      next: "check the name in cluster.modelStorage.claim and the namespace",
    };
  }
  const scaling = newest(events, "TriggeredScaleUp");
  if (scaling) {
    return {
      ...patient(null),
      state: "scheduling",
      message: `waits for a new node: ${scaling.message}`,
      next: "wait; if none comes, look at the quota and stock of the node pool",
    };
  }
  const never = nodes === null ? null : whyNoNode(nodes, demandOf(pod.spec ?? { containers: [] }));
  const notScaling = newest(events, "NotTriggerScaleUp");
  return {
    ...patient(never ? impossibleSeconds : null),
    state: "scheduling",
    message: [
      `cannot be scheduled: ${never?.message ?? words}`,
      never ? ` (scheduler: ${words})` : "",
      notScaling ? `; the autoscaler adds no node: ${notScaling.message}` : "",
    ].join(""),
    next: never?.next ?? "free what is named (other pods hold it: kubectl describe nodes), or add nodes",
  };
}

/** Claims that will not be bound. WaitForFirstConsumer is how it should be, and says nothing. */
function diagnoseClaims(events: readonly CoreV1Event[]): Diagnosis | null {
  const of = events
    .filter(({ involvedObject }) => involvedObject.kind === "PersistentVolumeClaim")
    .sort((a, b) => eventTime(a) - eventTime(b));
  const failed = of.findLast(({ reason }) => reason === "ProvisioningFailed" || reason === "FailedBinding");
  if (failed) {
    const words = (failed.message ?? "").trim();
    const message = `waits for the claim "${failed.involvedObject.name}", which cannot be bound: ${words}`;
    if (/storageclass\S* "[^"]*" not found/.test(words)) {
      return {
        ...fatal,
        state: "storage",
        message,
        next: "set cluster.storageClass or cluster.modelStorage.storageClass to one of: kubectl get storageclass",
      };
    }
    if (/no storage class is set/.test(words)) {
      return {
        ...fatal,
        state: "storage",
        message,
        next: "the cluster has no default storage class: set cluster.storageClass (kubectl get storageclass)",
      };
    }
    if (/access mode|ReadWriteMany/i.test(words)) {
      return {
        ...patient(10),
        state: "storage",
        message,
        next: "set cluster.modelStorage.accessMode to ReadWriteOnce, or choose a class that can be shared",
      };
    }
    return { ...patient(120), state: "storage", message, next: "look at the quota and the storage provisioner's pods" };
  }
  const external = of.findLast(({ reason }) => reason === "ExternalProvisioning");
  const succeeded = of.some(({ reason }) => reason === "ProvisioningSucceeded");
  if (external === undefined || succeeded) return null;
  const provisioner = /provisioner '([^']+)'/.exec(external.message ?? "")?.[1] ?? "of its class";
  return {
    ...patient(300),
    state: "storage",
    message: `waits for the claim "${external.involvedObject.name}": the provisioner ${provisioner} has not made a volume yet`,
    next: "if that lasts, the provisioner does not run: look at its pods, or choose another storage class",
  };
}

function newest(events: readonly CoreV1Event[], wanted: string): CoreV1Event | undefined {
  return events
    .filter(({ reason }) => reason === wanted)
    .sort((a, b) => eventTime(a) - eventTime(b))
    .at(-1);
}

/** "0/5 nodes are available: 5 Insufficient cpu", without what follows about preemption and resource claims. */
function schedulerWords(text: string): string {
  return (text.split(". ")[0] ?? text).replace(/\.$/, "");
}
