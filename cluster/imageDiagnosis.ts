import type { CoreV1Event, V1ContainerStateWaiting, V1ContainerStatus, V1Pod } from "@kubernetes/client-node";
import { type Diagnosis, fatal, patient } from "./diagnosis.ts";

const pullReasons = ["ErrImagePull", "ImagePullBackOff", "RegistryUnavailable", "SignatureValidationFailed"];

/** Trouble with a container's image; null when it is not that. */
export function diagnoseImage(
  pod: V1Pod,
  status: V1ContainerStatus,
  waiting: V1ContainerStateWaiting,
  events: readonly CoreV1Event[],
): Diagnosis | null {
  const image = imageOf(pod, status);
  if (waiting.reason === "InvalidImageName") {
    return {
      ...fatal,
      state: "pulling",
      message: `has an image name that is none, "${image}": ${lastClause(waiting.message ?? "")}`,
      next: "correct engine.image or harnessSettings.image",
    };
  }
  if (waiting.reason === "ErrImageNeverPull") {
    return {
      ...fatal,
      state: "pulling",
      message: `needs the image ${image}, which is not on node ${pod.spec?.nodeName} and may not be pulled (policy Never)`,
      next: "load the image into the node, or allow pulling",
    };
  }
  if (!pullReasons.includes(waiting.reason ?? "")) return null;
  const words = registryWords(waiting.message ?? lastFailure(events) ?? "");
  const refusal = refusalOf(words);
  const failures = pullFailures(events);
  const again = failures > 1 ? ` (${failures} times)` : "";
  const base = {
    state: "pulling",
    message: `cannot pull the image ${image}${again}: ${words || "the registry's answer is not known"}`,
  } as const;
  if (refusal) return { ...fatal, ...base, next: refusal };
  const next = "check that nodes reach the registry (network, proxy, mirror), or use an image from one that they reach";
  return failures >= 2 ? { ...fatal, ...base, next } : { ...patient(60), ...base, next };
}

/** Next step for an answer that will be the same next time; null for faults of the network and the like. */
function refusalOf(words: string): string | null {
  if (/manifest unknown|: not found|no match for platform|does not exist/i.test(words) && !/may require/i.test(words)) {
    return "check the image's name and tag, and that it is made for this processor: engine.image, engine.version, harnessSettings.image";
  }
  if (/denied|unauthorized|forbidden|authorization failed|authentication required|\b40[13]\b/i.test(words)) {
    return "check the image's name; if it is private, give the namespace's service account a pull secret";
  }
  if (/toomanyrequests|rate limit/i.test(words)) {
    return "the registry limits pulls without a login: give the service account a pull secret, or use a mirror";
  }
  return null;
}

/** What the registry said last, without the chain of containerd's own steps before it. */
function registryWords(text: string): string {
  return text
    .replace(/^Back-off pulling image "[^"]*":?\s*/, "")
    .replace(/^(ErrImagePull|Failed to pull image "[^"]*"):\s*/, "")
    .replace(/^(rpc error: code = \w+ desc = )/, "")
    .replace(/^failed to pull and unpack image "[^"]*":\s*/, "")
    .replace(/^failed to resolve (reference|image) "[^"]*":\s*/, "")
    .trim();
}

function lastClause(text: string): string {
  return text.split(/": /).at(-1) ?? text;
}

function pullFailures(events: readonly CoreV1Event[]): number {
  return failures(events).reduce((sum, { count, series }) => sum + (series?.count ?? count ?? 1), 0);
}

function lastFailure(events: readonly CoreV1Event[]): string | undefined {
  return failures(events).at(-1)?.message;
}

function failures(events: readonly CoreV1Event[]): CoreV1Event[] {
  return events.filter(
    ({ reason, message }) => reason === "Failed" && (message ?? "").startsWith("Failed to pull image"),
  );
}

function imageOf(pod: V1Pod, status: V1ContainerStatus): string {
  const all = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
  return all.find(({ name }) => name === status.name)?.image ?? status.image;
}
