import type { Analysis, Measured } from "../analysis/analysis.ts";
import { startsOnly, timeToReady } from "../analysis/starts.ts";
import type { Startup } from "../analysis/startup/startup.ts";
import { decisions } from "./decisionOutputs.ts";

/** Headline metrics as stack outputs, per system and load; `./bench outputs` and `pulumi stack output --json` print them. */
export function stackMetrics(analysis: Analysis | null) {
  if (analysis === null) return null;
  return {
    simulated: analysis.simulated,
    comparison: analysis.comparison?.headline ?? null,
    verdicts: primaryVerdicts(analysis),
    decisions: decisions(analysis.systems, value),
    systems: Object.fromEntries(
      analysis.systems.map((system) => [
        system.name,
        startsOnly(system)
          ? (system.starts ?? []).map(({ startup }) => startMetrics(startup))
          : system.stages.map((stage) => ({
              [system.loadType === "concurrency" ? "concurrency" : "requestsPerSecondOffered"]: stage.load,
              requests: stage.pooled.sent,
              failureRate: value(stage.pooled.failureRate),
              outputTokensPerSecond: value(stage.pooled.outputTokensPerSecond),
              requestsPerSecond: value(stage.pooled.requestsPerSecond),
              ttftP50Ms: value(stage.pooled.ttftMs.p50),
              tpotP50Ms: value(stage.pooled.tpotMs.p50),
              e2eP50Ms: value(stage.pooled.e2eMs.p50),
            })),
      ]),
    ),
  };
}

/** Of each candidate, by the one metric that was fixed in advance, over all matched loads. */
function primaryVerdicts({ comparison }: Analysis) {
  if (comparison === null) return null;
  const { primary, rows } = comparison;
  const overall = rows.filter(({ metric, load }) => metric === primary && load === null);
  return Object.fromEntries(
    overall.map(({ candidate, verdict, ratio }) => [candidate, { metric: primary, verdict, ratio: value(ratio) }]),
  );
}

/** Of nop: how one engine started. */
function startMetrics(startup: Startup) {
  const { values, check, vllmVersion, loadFormat } = startup;
  const { measured, by } = timeToReady(startup);
  return {
    vllmVersion,
    loadFormat,
    readySeconds: value(measured),
    readyBy: by === "pod" ? "pod ready minus container started" : "log, first line to last route",
    phaseSeconds: value(check.phaseSeconds),
    unexplainedSeconds: value(check.unexplainedSeconds),
    loadSeconds: value(values.loadSeconds),
    loadGiB: value(values.loadGiB),
    torchCompileSeconds: value(values.torchCompileSeconds),
    graphCaptureSeconds: value(values.graphCaptureSeconds),
    kvCacheTokens: value(values.kvCacheTokens),
  };
}

/** Four significant digits: more would only make the diff of two runs longer. */
function value(measured: Measured): number | null {
  return measured.value === null ? null : Number(measured.value.toPrecision(4));
}
