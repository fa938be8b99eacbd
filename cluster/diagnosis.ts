import type { CoreV1Event } from "@kubernetes/client-node";

/** What is wrong with a pod, in words for the user. */
export interface Diagnosis {
  readonly state: "refused" | "scheduling" | "storage" | "pulling" | "creating" | "crashed" | "lost";
  /** It will not get better by itself. */
  readonly fatal: boolean;
  /** Where it is not fatal: it is, once it has stood for this long. null: it may stand until the deadline. */
  readonly patienceSeconds: number | null;
  /** Completes "pod x ...": what happened, with the cluster's own words and numbers. */
  readonly message: string;
  readonly next: string;
  /** Whose log tells more; `previous`: of the container before the one that runs now. */
  readonly log: { readonly container: string; readonly previous: boolean } | null;
}

export const fatal = { fatal: true, patienceSeconds: null, log: null } as const;
export const patient = (patienceSeconds: number | null) => ({ fatal: false, patienceSeconds, log: null }) as const;

/** ms since 1970 of its latest occurrence. Events of new-style reporters (the scheduler) have no lastTimestamp. */
export function eventTime(event: CoreV1Event): number {
  const time = event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.firstTimestamp;
  return new Date(time ?? event.metadata.creationTimestamp ?? 0).getTime();
}
