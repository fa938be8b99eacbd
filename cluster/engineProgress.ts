import type { EngineWorkload } from "../manifests/kubernetesObject.ts";

export type EnginePhase =
  | "waiting"
  | "scheduling"
  | "pulling"
  | "creating"
  | "downloading"
  | "loading"
  | "connecting"
  | "ready";

/** How far an engine is on its way to answering. */
export interface EngineProgress {
  readonly target: string;
  /** Of the slowest of its pods; connecting: they are all ready, and the way to them is not. */
  readonly phase: EnginePhase;
  /** In this phase. */
  readonly elapsedSeconds: number;
  /** Of the phase, where it can be told. */
  readonly etaSeconds: number | null;
  readonly downloadedBytes: number | null;
  readonly totalBytes: number | null;
  /** Of the weights, as the engine's log says: 0..1. */
  readonly loadedShare: number | null;
  /** Workloads that are not ready, the slowest first; empty for an engine that is one Deployment. */
  readonly roles: readonly RoleProgress[];
  /** What stands in the way, or was noticed; null: nothing. */
  readonly detail: string | null;
}

/** The pods of one workload. */
export interface RoleProgress {
  readonly role: EngineWorkload["role"];
  readonly ready: number;
  readonly wanted: number;
  readonly phase: EnginePhase;
  readonly loadedShare: number | null;
}

const order: readonly EnginePhase[] = ["waiting", "scheduling", "pulling", "creating", "loading", "ready"];

export function slowerPhase(a: EnginePhase, b: EnginePhase): EnginePhase {
  return order.indexOf(a) < order.indexOf(b) ? a : b;
}

export function slowestFirst(roles: readonly RoleProgress[]): RoleProgress[] {
  return roles.toSorted((a, b) => order.indexOf(a.phase) - order.indexOf(b.phase));
}

/** The last report of the download among log lines: `{"downloadedBytes": n, "totalBytes": n}`; null: none yet. */
export function downloadProgress(
  lines: readonly string[],
): { downloadedBytes: number; totalBytes: number | null } | null {
  for (const line of lines.toReversed()) {
    if (!line.includes('"downloadedBytes"')) continue;
    try {
      const { downloadedBytes, totalBytes } = JSON.parse(line.slice(line.indexOf("{"))) as Record<string, unknown>;
      if (typeof downloadedBytes !== "number") continue;
      return { downloadedBytes, totalBytes: typeof totalBytes === "number" ? totalBytes : null };
    } catch {
      // A line that was cut: an older one tells.
    }
  }
  return null;
}

/** Share of the weights that vLLM has loaded, from its progress bar; null where it shows none. */
export function loadedShare(lines: readonly string[]): number | null {
  for (const line of lines.toReversed()) {
    const match = [...line.matchAll(/Loading \S+ checkpoint shards:\s+(\d+)%/g)].at(-1);
    if (match) return Number(match[1]) / 100;
  }
  return null;
}

/** From the pace since the first report, which leaves out what was there before; null while that is unknown. */
export function downloadEta(
  first: { readonly bytes: number; readonly atMs: number },
  now: { readonly bytes: number; readonly total: number | null; readonly atMs: number },
): number | null {
  const pace = (now.bytes - first.bytes) / (now.atMs - first.atMs);
  if (now.total === null || !(pace > 0)) return null;
  return Math.max(0, (now.total - now.bytes) / pace / 1000);
}

/**
 * One line, e.g. `engine a: downloading 12.1 of 15.0 GiB, about 40 s left`, or of several roles
 * `engine a: decode 1/3 pods ready, loading 40 % of the weights; router 0/1 pods ready, pulling, 12 s so far`.
 */
export function engineProgressLine(progress: EngineProgress): string {
  const { phase, elapsedSeconds, etaSeconds, downloadedBytes, totalBytes, roles, detail } = progress;
  const gib = (bytes: number) => (bytes / 2 ** 30).toFixed(1);
  const done =
    phase === "downloading" && downloadedBytes !== null
      ? `downloading ${gib(downloadedBytes)}${totalBytes === null ? "" : ` of ${gib(totalBytes)}`} GiB`
      : phase !== "downloading" && roles.length > 0
        ? roles.map(roleText).join("; ")
        : phaseText(progress);
  const time =
    etaSeconds === null ? `, ${Math.round(elapsedSeconds)} s so far` : `, about ${Math.ceil(etaSeconds)} s left`;
  return `engine ${progress.target}: ${done}${phase === "ready" ? "" : time}${detail === null ? "" : ` (${detail})`}`;
}

function roleText(role: RoleProgress): string {
  return `${role.role} ${role.ready}/${role.wanted} pods ready, ${phaseText(role)}`;
}

function phaseText({ phase, loadedShare: share }: Pick<RoleProgress, "phase" | "loadedShare">): string {
  return phase === "loading" && share !== null ? `loading ${Math.round(share * 100)} % of the weights` : phase;
}
