import type { StageAnalysis } from "../analysis.ts";

/** What the rules of the bottleneck ask of the most loaded stage; null: it was not recorded. */
export interface Evidence {
  readonly clientCpu: number | null;
  /** Share of the offered load that was answered, where an open loop ran long enough to tell. */
  readonly achieved: number | null;
  readonly resets: number | null;
  readonly endpoints: { readonly most: number; readonly fewest: number } | null;
  readonly preemptions: number | null;
  readonly kvCacheMax: number | null;
  readonly waiting: number | null;
  readonly waitingRise: number | null;
  /** Of the mean TTFT. */
  readonly queueShare: number | null;
  readonly prefillShare: number | null;
  /** Of the mean TTFT as the client saw it, which the router's part is in. */
  readonly schedulingShare: number | null;
  readonly heldShare: number | null;
  readonly schedulingSeconds: number | null;
  readonly saturation: number | null;
  readonly waitingSpread: number | null;
  readonly kvCacheSpread: number | null;
  readonly tensor: number | null;
  readonly dram: number | null;
  /** TPOT here over TPOT at the smallest load. */
  readonly tpotRise: number | null;
}

/** A window must hold this many requests one after the other, or those under way at its end look like lost load. */
const LEAST_E2E_PER_WINDOW = 10;
/** Of spreads: a cache that is nearly empty, or a queue of a few, is uneven by chance (seen: two pods with 49 and 51 % of the requests). */
const LEAST_KV_USE = 0.05;
const LEAST_WAITING = 4;

/** @param stages in any order  @param stage the one that is judged */
export function evidenceOf(stages: readonly StageAnalysis[], stage: StageAnalysis): Evidence {
  const { server, pooled } = stage;
  const ttft = server?.ttftSeconds?.value ?? seconds(pooled.ttftMs.mean.value);
  const share = (part: number | null | undefined) => (ttft === null || ttft === 0 || part == null ? null : part / ttft);
  const seen = seconds(pooled.ttftMs.mean.value);
  const ofClient = (part: number | null | undefined) =>
    seen === null || seen === 0 || part == null ? null : part / seen;
  const waiting = server?.waiting.mean.value ?? null;
  const kvMean = server?.kvCacheUse.mean.value ?? null;
  return {
    clientCpu: pooled.client.cpu,
    achieved: achievedShare(stage),
    resets: server === null || server.pods === 0 ? null : server.resets,
    endpoints: server?.endpoints ?? null,
    preemptions: server?.preemptions.value ?? null,
    kvCacheMax: server?.kvCacheUse.max.value ?? null,
    waiting,
    waitingRise: server?.waitingRise?.value ?? null,
    queueShare: share(server?.queueSeconds.value),
    prefillShare: share(server?.prefillSeconds.value),
    schedulingShare: ofClient(server?.router?.schedulingSeconds.value),
    heldShare: ofClient(server?.router?.queueSeconds.value),
    schedulingSeconds: server?.router?.schedulingSeconds.value ?? null,
    saturation: server?.router?.saturation.mean.value ?? null,
    waitingSpread: (waiting ?? 0) >= LEAST_WAITING ? (server?.waitingSpread?.value ?? null) : null,
    kvCacheSpread: (kvMean ?? 0) >= LEAST_KV_USE ? (server?.kvCacheSpread?.value ?? null) : null,
    tensor: server?.gpu?.tensorActive.value ?? null,
    dram: server?.gpu?.dramActive.value ?? null,
    tpotRise: tpotRise(stages, stage),
  };
}

/** null also where what is missing may be chance, or requests that were under way when the window ended. */
function achievedShare({ loadType, load, pooled, repetitions }: StageAnalysis): number | null {
  const { requestsPerSecond, failureRate, e2eMs, windowSeconds } = pooled;
  if (loadType === "concurrency" || requestsPerSecond.value === null || windowSeconds === null) return null;
  if (e2eMs.mean.value === null || failureRate.value === null || failureRate.value === 1) return null;
  const window = (1000 * windowSeconds) / repetitions.length;
  if (window < LEAST_E2E_PER_WINDOW * e2eMs.mean.value) return null;
  const due = load * windowSeconds * (1 - failureRate.value);
  const missing = due - requestsPerSecond.value * windowSeconds;
  // As many as arrive during one E2E are under way at the end of each repetition; Poisson arrivals differ by their root.
  const underWay = (load * e2eMs.mean.value * repetitions.length) / 1000;
  const chance = loadType === "poisson" ? 3 * Math.sqrt(due) : 0;
  return missing > 0 && missing <= underWay + chance ? null : 1 - missing / due;
}

function tpotRise(stages: readonly StageAnalysis[], stage: StageAnalysis): number | null {
  const told = stages.filter(
    ({ pooled, loadType }) => pooled.tpotMs.mean.value !== null && loadType === stage.loadType,
  );
  const least = told.reduce<StageAnalysis | null>((a, b) => (a === null || b.load < a.load ? b : a), null);
  const [here, there] = [stage.pooled.tpotMs.mean.value, least?.pooled.tpotMs.mean.value ?? null];
  return least === null || least.load === stage.load || here === null || there === null || there === 0
    ? null
    : here / there;
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}
