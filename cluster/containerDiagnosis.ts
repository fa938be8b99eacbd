import type { CoreV1Event, V1ContainerStateTerminated, V1ContainerStatus, V1Pod } from "@kubernetes/client-node";
import { type Diagnosis, eventTime, fatal, patient } from "./diagnosis.ts";
import { isSidecar } from "./enginePods.ts";
import { diagnoseImage } from "./imageDiagnosis.ts";

/** The first of a pod's containers that is in trouble; init containers and sidecars come first, for they run first. */
export function diagnoseContainers(pod: V1Pod, events: readonly CoreV1Event[]): Diagnosis | null {
  for (const status of [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])]) {
    const found = diagnoseContainer(pod, status, events);
    if (found) return found;
  }
  return null;
}

function diagnoseContainer(pod: V1Pod, status: V1ContainerStatus, events: readonly CoreV1Event[]): Diagnosis | null {
  const { waiting, terminated } = status.state ?? {};
  const before = status.lastState?.terminated;
  const ended = terminated ?? before;
  if (waiting) {
    const image = diagnoseImage(pod, status, waiting, events);
    if (image) return image;
    if (waiting.reason === "CreateContainerConfigError") return configError(status.name, waiting.message ?? "");
    if (waiting.reason === "CreateContainerError" || waiting.reason === "RunContainerError") {
      return cannotStart(status.name, waiting.message ?? "");
    }
    if (waiting.reason === "CrashLoopBackOff" && ended) return crash(pod, status, ended, events, true);
    return null;
  }
  const restarts = isRestarted(pod, status.name);
  if (ended === undefined || (ended.exitCode === 0 && terminated && !restarts)) return null;
  if (ended.reason === "OOMKilled" || ended.reason === "StartError" || ended.reason === "ContainerCannotRun") {
    return crash(pod, status, ended, events, true);
  }
  if (terminated) return crash(pod, status, terminated, events, pod.spec?.restartPolicy === "Never" && !restarts);
  // It runs again. Once may be an accident; a program that takes minutes to fail never shows as CrashLoopBackOff.
  return status.restartCount >= 2 ? crash(pod, status, ended, events, true) : null;
}

/** Is its end, whatever its exit code, a fault? Not that of an init container, unless it is a sidecar. */
function isRestarted(pod: V1Pod, container: string): boolean {
  if (isSidecar(pod, container)) return true;
  const isInit = pod.spec?.initContainers?.some(({ name }) => name === container) ?? false;
  return !isInit && pod.spec?.restartPolicy === "Always";
}

function crash(
  pod: V1Pod,
  status: V1ContainerStatus,
  ended: V1ContainerStateTerminated,
  events: readonly CoreV1Event[],
  isFatal: boolean,
): Diagnosis {
  const { name, restartCount } = status;
  if (ended.reason === "StartError" || ended.reason === "ContainerCannotRun") {
    return cannotStart(name, ended.message ?? "");
  }
  const ends = restartCount + (status.state?.running ? 0 : 1);
  const times = ends > 1 ? `, ${ends} times so far` : "";
  const log = { container: name, previous: status.state?.terminated === undefined };
  if (ended.reason === "OOMKilled") {
    const container = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])].find(
      (one) => one.name === name,
    );
    const limit = container?.resources?.limits?.memory;
    return {
      ...fatal,
      state: "crashed",
      message: `ran out of memory: container ${name} was killed at its limit of ${limit ?? "all that the node has"}${times}`,
      next: `raise ${memoryKey(name)}; it is the node's memory, not the GPU's`,
      log,
    };
  }
  const probe = killedByProbe(events);
  if (probe) {
    return {
      fatal: isFatal,
      patienceSeconds: null,
      state: "crashed",
      message: `was killed because it did not answer in time${times}: ${probe}`,
      next: "read its log below; a large model may need a longer cluster.readyTimeoutSeconds",
      log,
    };
  }
  return {
    fatal: isFatal,
    patienceSeconds: null,
    state: "crashed",
    message: `container ${name} ended by itself with exit code ${ended.exitCode}${signalOf(ended.exitCode)}${times}`,
    next:
      name === "harness"
        ? "read its log below and change what it names"
        : "read its log below and change what it names; arguments of yours are in engine.extraArgs",
    log,
  };
}

function memoryKey(container: string): string {
  if (container === "harness") return "harnessSettings.memory";
  // The name that the charts of llm-d give the endpoint picker.
  return container === "epp" ? "llmd.endpointPicker.memory" : "engine.memory";
}

function configError(container: string, words: string): Diagnosis {
  const object = /(secret|configmap) "([^"]+)" not found/.exec(words);
  const key = /couldn't find key (\S+) in (Secret|ConfigMap) (\S+)/.exec(words);
  if (object || key) {
    return {
      // Objects of one `up` are created side by side: the Secret may come a moment later.
      ...patient(20),
      state: "creating",
      message: key
        ? `needs the key "${key[1]}" of the ${key[2]} ${key[3]}, which has no such key`
        : `needs the ${object?.[1]} "${object?.[2]}", which is not there`,
      next: "run up again, which makes our own; one of yours (a token, an existing engine's key) must be made first",
    };
  }
  const root = /runAsNonRoot/.test(words);
  return {
    ...fatal,
    state: "creating",
    message: `container ${container} is not allowed to start: ${words}`,
    next: root ? "use an image whose user is a number other than 0" : "change what is named",
  };
}

function cannotStart(container: string, words: string): Diagnosis {
  const short = /unable to start container process: (.*?)(: unknown)?$/.exec(words)?.[1] ?? words;
  return {
    ...fatal,
    state: "crashed",
    message: `container ${container} cannot start its program: ${short}`,
    next: "check the image: it does not hold the program that the command names, or not for this processor",
  };
}

/** Words of the probe for which the kubelet killed a container last; null: it ended for another reason. */
function killedByProbe(events: readonly CoreV1Event[]): string | null {
  const own = events
    .filter(({ involvedObject }) => involvedObject.kind === "Pod")
    .sort((a, b) => eventTime(a) - eventTime(b));
  const killed = own.findLast(
    ({ reason, message }) => reason === "Killing" && /failed (startup|liveness) probe/.test(message ?? ""),
  );
  if (killed === undefined) return null;
  return own.findLast(({ reason }) => reason === "Unhealthy")?.message ?? killed.message ?? null;
}

function signalOf(exitCode: number): string {
  if (exitCode === 137) return " (killed)";
  if (exitCode === 139) return " (segmentation fault)";
  return exitCode === 143 ? " (asked to stop)" : "";
}
