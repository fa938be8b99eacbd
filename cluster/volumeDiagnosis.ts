import type { CoreV1Event, V1Pod } from "@kubernetes/client-node";
import { type Diagnosis, eventTime, patient } from "./diagnosis.ts";

const mountReasons = ["FailedMount", "FailedAttachVolume", "FailedMapVolume"];
const sandboxReasons = ["FailedCreatePodSandBox", "NetworkNotReady"];

/** Why a pod that has a node does not get its volumes or its network: only events tell. */
export function diagnoseVolumes(pod: V1Pod, events: readonly CoreV1Event[]): Diagnosis | null {
  if (!pod.spec?.nodeName || pod.status?.phase !== "Pending") return null;
  const own = events
    .filter(({ involvedObject }) => involvedObject.kind === "Pod")
    .sort((a, b) => eventTime(a) - eventTime(b));
  const failed = own.findLast(({ reason }) => [...mountReasons, ...sandboxReasons].includes(reason ?? ""));
  if (failed === undefined) return null;
  // Events outlive their cause by an hour: once images are pulled, volumes and network are there.
  const later = own.some(({ reason }) => reason === "Pulling" || reason === "Pulled" || reason === "Created");
  if (later) return null;
  const words = (failed.message ?? "").trim();
  if (sandboxReasons.includes(failed.reason ?? "")) {
    return {
      ...patient(120),
      state: "creating",
      message: `gets no network on node ${pod.spec.nodeName}: ${words}`,
      next: "look at the node and the pods of its network plugin",
    };
  }
  if (/Multi-Attach/.test(words)) {
    return {
      // A volume of a node that vanished is taken from it by force after 6 minutes.
      ...patient(420),
      state: "storage",
      message: `waits for a volume that another node holds: ${words}`,
      next: "delete the pod that uses the volume there, or wait up to 6 minutes if that node is gone",
    };
  }
  const missing = /(configmap|secret) "([^"]+)" not found/.exec(words);
  if (missing) {
    return {
      ...patient(30),
      state: "storage",
      message: `cannot mount the ${missing[1]} "${missing[2]}", which is not there`,
      next: "run up again; it makes what is missing",
    };
  }
  if (/failed to sync (configmap|secret) cache/.test(words)) {
    // The kubelet waits a second for its own cache of a pod that is new to it, reports that, and tries again.
    return {
      ...patient(180),
      state: "storage",
      message: "waits for its node to read the ConfigMaps and Secrets that it mounts",
      next: "look whether the node's kubelet reaches the API server: kubectl describe node",
    };
  }
  return {
    ...patient(180),
    state: "storage",
    message: `does not get its volumes: ${words}`,
    next: "look at the claim and the storage driver's pods on that node: kubectl describe pvc",
  };
}
