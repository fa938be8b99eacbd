import type { Evidence } from "./evidence.ts";
import type { Bottleneck } from "./serverMetrics.ts";

export interface Rule {
  readonly kind: Exclude<Bottleneck["kind"], "undetermined">;
  readonly name: string;
  /** What shows it, with its numbers; null: it does not apply, or too little is known. */
  readonly shown: (evidence: Evidence) => string | null;
  /** What it needed and was not recorded, in words; a later rule is then said with that reserve. */
  readonly missing: (evidence: Evidence) => readonly string[];
}

export const limits = {
  clientCpu: 0.8,
  achieved: 0.95,
  kvCacheMax: 0.95,
  queueShare: 0.3,
  routerShare: 0.3,
  spread: 0.5,
  prefillShare: 0.5,
  /** Of the time: tensor cores busy, memory moving. */
  busy: 0.5,
  idle: 0.3,
  tpotRise: 1.1,
} as const;

/** Fewer than one request in a hundred samples is a queue that nobody waits in. */
const NO_QUEUE = 0.01;

/** In this order: what holds back all that follows comes first. */
export const rules: readonly Rule[] = [
  {
    kind: "client",
    name: "the load generator",
    shown: ({ clientCpu, achieved, waiting }) => {
      if (clientCpu !== null && clientCpu > limits.clientCpu) return `it used ${clientCpu.toFixed(2)} of one core`;
      if (achieved === null || waiting === null || achieved >= limits.achieved || waiting > NO_QUEUE) return null;
      return `${percent(achieved)} of the offered load was answered while no request waited in the server`;
    },
    missing: ({ clientCpu }) => (clientCpu === null ? ["the load generator's CPU"] : []),
  },
  {
    kind: "replicaLost",
    name: "a lost replica",
    shown: ({ resets, endpoints }) => {
      if ((resets ?? 0) > 0) return `engines restarted or were lost ${resets === 1 ? "once" : `${resets} times`}`;
      if (endpoints === null || endpoints.fewest >= endpoints.most) return null;
      return `ready endpoints fell from ${endpoints.most} to ${endpoints.fewest}`;
    },
    missing: ({ resets, endpoints }) => (resets === null && endpoints === null ? ["restarts"] : []),
  },
  {
    kind: "router",
    name: "the router",
    shown: ({ schedulingShare, schedulingSeconds }) =>
      schedulingShare !== null && schedulingSeconds !== null && schedulingShare > limits.routerShare
        ? `${percent(schedulingShare)} of TTFT spent in picking an endpoint (${(1000 * schedulingSeconds).toFixed(1)} ms each)`
        : null,
    // Most systems have none.
    missing: () => [],
  },
  {
    kind: "kvCache",
    name: "the KV cache",
    shown: ({ preemptions, kvCacheMax }) => {
      const full = kvCacheMax !== null && kvCacheMax > limits.kvCacheMax;
      if (!((preemptions ?? 0) > 0 || full)) return null;
      const use = kvCacheMax === null ? [] : [`use up to ${percent(kvCacheMax)}`];
      return [
        ...(preemptions === null ? [] : [`${preemptions} preemption${preemptions === 1 ? "" : "s"}`]),
        ...use,
      ].join(", ");
    },
    missing: ({ preemptions, kvCacheMax }) => [
      ...(preemptions === null ? ["preemptions"] : []),
      ...(kvCacheMax === null ? ["KV cache use"] : []),
    ],
  },
  {
    kind: "queue",
    name: "the admission queue",
    shown: ({ waiting, waitingRise, queueShare, heldShare, saturation }) => {
      if (heldShare !== null && heldShare > limits.queueShare) {
        const pool = saturation === null ? "" : `, its pool ${percent(saturation)} full on average`;
        return `${percent(heldShare)} of TTFT spent in the router's queue${pool}`;
      }
      if (waiting === null || waiting <= NO_QUEUE) return null;
      const long = queueShare !== null && queueShare > limits.queueShare;
      const rises = queueShare === null && (waitingRise ?? 0) > NO_QUEUE;
      if (!long && !rises) return null;
      const rising = (waitingRise ?? 0) > NO_QUEUE ? " and rising" : "";
      const time = queueShare === null ? "" : `, ${percent(queueShare)} of TTFT spent in it`;
      return `${waiting.toFixed(1)} requests waiting on average${rising}${time}`;
    },
    missing: ({ waiting, queueShare }) => [
      ...(waiting === null ? ["waiting requests"] : []),
      ...(queueShare === null ? ["queue time"] : []),
    ],
  },
  {
    kind: "routing",
    name: "uneven routing",
    shown: ({ waitingSpread, kvCacheSpread }) => {
      const uneven = [
        ...((waitingSpread ?? 0) > limits.spread ? [`waiting requests by ${percent(waitingSpread as number)}`] : []),
        ...((kvCacheSpread ?? 0) > limits.spread ? [`KV cache use by ${percent(kvCacheSpread as number)}`] : []),
      ];
      return uneven.length === 0 ? null : `pods differ in ${uneven.join(" and ")} of their mean (standard deviation)`;
    },
    missing: () => [],
  },
  {
    kind: "prefill",
    name: "prefill",
    shown: ({ prefillShare, tensor }) =>
      prefillShare !== null && tensor !== null && prefillShare > limits.prefillShare && tensor > limits.busy
        ? `${percent(prefillShare)} of TTFT, tensor cores active ${percent(tensor)} of the time`
        : null,
    missing: ({ prefillShare, tensor }) => [
      ...(prefillShare === null ? ["prefill time"] : []),
      ...(tensor === null ? ["tensor core activity"] : []),
    ],
  },
  {
    kind: "decode",
    name: "decode, that is memory bandwidth",
    shown: ({ dram, tpotRise }) =>
      dram !== null && tpotRise !== null && dram > limits.busy && tpotRise > limits.tpotRise
        ? `DRAM active ${percent(dram)} of the time, TPOT ${tpotRise.toFixed(1)} times that at the smallest load`
        : null,
    missing: ({ dram, tpotRise }) => [
      ...(dram === null ? ["DRAM activity"] : []),
      ...(tpotRise === null ? ["TPOT at a smaller load"] : []),
    ],
  },
  {
    kind: "underused",
    name: "nothing: the GPUs are under-used",
    shown: ({ tensor, dram, waiting }) =>
      tensor !== null &&
      dram !== null &&
      waiting !== null &&
      tensor < limits.idle &&
      dram < limits.idle &&
      waiting <= NO_QUEUE
        ? `tensor cores active ${percent(tensor)} and DRAM ${percent(dram)} of the time, no request waiting`
        : null,
    missing: () => [],
  },
];

export function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
