import type { Measured, StageAnalysis, SystemAnalysis } from "../analysis.ts";
import type { StageCost } from "../cost/costAnalysis.ts";
import { countText, numberText, percentText } from "../figures/numberText.ts";
import type { RouterServer, StageServer } from "../server/serverMetrics.ts";
import type { StageSlo } from "../slo/sloAssessment.ts";
import { onlyStarts } from "../starts.ts";
import { sloVerdictText } from "./objectives.ts";

/** One row of the big table: a stage and all that was judged and recorded of it. */
export interface JudgedStage {
  readonly stage: StageAnalysis;
  readonly slo: StageSlo | null;
  readonly cost: StageCost | null;
}

/** A column that only some runs can fill; it is left out whole where no system has a value. */
export interface StageColumn {
  readonly head: string;
  readonly hint: string;
  readonly of: (row: JudgedStage) => Measured;
  readonly format: (value: number) => string;
  /** Rows that it says something about; nobody misses it where there are none. Absent: all. */
  readonly isAbout?: (row: JudgedStage) => boolean;
}

const NOT_SCRAPED = "nothing was recorded of the engine";
const NO_SLO = "no objectives were set";

const fromServer =
  (of: (server: StageServer) => Measured) =>
  ({ stage }: JudgedStage): Measured =>
    stage.server === null ? { value: null, reason: NOT_SCRAPED } : of(stage.server);
const fromRouter = (of: (router: RouterServer) => Measured) =>
  fromServer(({ router }) => (router === undefined ? { value: null, reason: "there is no router" } : of(router)));
const hasRouter = ({ stage }: JudgedStage): boolean => stage.server?.router !== undefined;
const inMs = (measured: Measured): Measured => (measured.value === null ? measured : { value: 1000 * measured.value });
const fromSlo =
  (of: (slo: StageSlo) => Measured) =>
  ({ slo }: JudgedStage): Measured =>
    slo === null ? { value: null, reason: NO_SLO } : of(slo);
const fromCost =
  (of: (cost: StageCost) => Measured) =>
  ({ cost }: JudgedStage): Measured =>
    cost === null ? { value: null, reason: "no cost was computed" } : of(cost);
const noGpu: Measured = { value: null, reason: "nothing was recorded of the GPUs" };

export const stageColumns: readonly StageColumn[] = [
  {
    head: "Goodput req/s",
    hint: "Requests per second that meet the objectives of a single request",
    of: fromSlo((slo) => slo.goodRequestsPerSecond),
    format: numberText,
  },
  {
    head: "Good",
    hint: "Share of requests that meet the objectives of a single request; a failed one does not",
    of: fromSlo((slo) => slo.goodShare),
    format: percentText,
  },
  {
    head: "Hit rate",
    hint: "Prompt tokens found in the prefix cache, of those looked up",
    of: fromServer((server) => server.prefixCacheHitRate),
    format: percentText,
  },
  {
    head: "KV max",
    hint: "KV cache in use at its fullest",
    of: fromServer((server) => server.kvCacheUse.max),
    format: percentText,
  },
  {
    head: "Queue max",
    hint: "Most requests that waited in the engine at once",
    of: fromServer((server) => server.waiting.max),
    format: countText,
  },
  {
    head: "Preemptions",
    hint: "Requests that the engine put back for want of KV cache",
    of: fromServer((server) => server.preemptions),
    format: countText,
  },
  {
    head: "Pick ms",
    hint: "Time that the router takes to pick a request's endpoint, mean",
    of: fromRouter(({ schedulingSeconds }) => inMs(schedulingSeconds)),
    format: numberText,
    isAbout: hasRouter,
  },
  {
    head: "Prefilled apart",
    hint: "Requests whose prompt another pod read, of all",
    of: fromRouter(({ disaggregated }) => disaggregated),
    format: percentText,
    isAbout: hasRouter,
  },
  {
    head: "GPU",
    hint: "GPU utilisation, mean over the stage",
    of: fromServer((server) => server.gpu?.utilisation ?? noGpu),
    format: percentText,
  },
  {
    head: "W",
    hint: "Power of all GPUs together, mean over the stage",
    of: fromServer((server) => server.gpu?.powerWatts ?? noGpu),
    format: numberText,
  },
  {
    head: "$/M out",
    hint: "US dollars per million output tokens",
    of: fromCost((cost) => cost.usdPerMillionOutputTokens),
    format: numberText,
  },
  {
    head: "$/M good",
    hint: "US dollars per million output tokens of requests within the objectives",
    of: fromCost((cost) => cost.usdPerMillionGoodOutputTokens),
    format: numberText,
  },
  {
    head: "J/tok",
    hint: "Joules per output token, measured by the GPUs, times PUE",
    of: fromCost((cost) => cost.joulesPerOutputToken),
    format: numberText,
  },
];

export function judgedStages({ stages, slo, cost }: SystemAnalysis): JudgedStage[] {
  return stages.map((stage, i) => ({ stage, slo: slo?.stages[i] ?? null, cost: cost.stages[i] ?? null }));
}

/** The columns that any system has a value for, so that the tables of all systems are alike. */
export function filledColumns(systems: readonly SystemAnalysis[]): StageColumn[] {
  const rows = systems.flatMap(judgedStages);
  return stageColumns.filter(({ of }) => rows.some((row) => of(row).value !== null));
}

/** One line on the columns that are left out: what was not recorded, each reason once; null: all are there. */
export function notRecorded(systems: readonly SystemAnalysis[]): string | null {
  const rows = systems.flatMap(judgedStages);
  if (rows.length === 0 || onlyStarts({ systems })) return null;
  const byReason = new Map<string, string[]>();
  for (const { head, of, isAbout = () => true } of stageColumns) {
    const found = rows.filter(isAbout).map(of);
    const [first] = found;
    if (first === undefined || found.some(({ value }) => value !== null)) continue;
    const reason = first.value === null ? first.reason : "";
    byReason.set(reason, [...(byReason.get(reason) ?? []), head]);
  }
  if (byReason.size === 0) return null;
  const parts = [...byReason].map(([reason, heads]) => `${heads.join(", ")} (${reason})`);
  return `Not in this table: ${parts.join("; ")}.`;
}

/** "✓ PASS" and the like; "" without objectives. */
export const sloText = ({ slo }: JudgedStage): string => (slo === null ? "" : sloVerdictText[slo.verdict]);

const steadinessGlyph = { steady: "✓ steady", drifting: "◆ drifting", saturated: "✗ saturated", unknown: "?" } as const;
export const steadyText = ({ stage }: JudgedStage): string => steadinessGlyph[stage.steadiness.verdict];
