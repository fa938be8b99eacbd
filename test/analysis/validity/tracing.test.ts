import assert from "node:assert/strict";
import type { Run } from "../../../analysis/run.ts";
import { tracingFindings } from "../../../analysis/validity/tracing.ts";
import { reportedRun } from "../reportedRun.ts";

function runOn(target: object): Run {
  const { provenance } = reportedRun();
  return reportedRun({ provenance: { ...provenance, scenario: { targets: [{ name: "engine", ...target }] } } });
}
const tracing = "--otlp-traces-endpoint=http://otel:4317";

describe("an engine that traces", () => {
  it("is suspect, whether all engines of it do or those of one role", () => {
    const plain = { extraArgs: ["--enforce-eager"] };
    const told = [
      { method: "standalone", engine: { extraArgs: [tracing] } },
      { method: "llm-d", engine: { extraArgs: [tracing] }, llmd: { decode: plain, prefill: null } },
      { method: "llm-d", engine: plain, llmd: { decode: plain, prefill: { extraArgs: [tracing] } } },
    ];
    for (const target of told) {
      const findings = tracingFindings([runOn(target)]);
      assert.deepEqual(
        findings.map(({ severity }) => severity),
        ["suspect"],
      );
      assert.match(findings[0]!.text, /\(--otlp-traces-endpoint\)/);
    }
  });

  it("is not said of others, nor where the record lacks what would tell", () => {
    const others = [{ method: "llm-d", engine: {}, llmd: undefined }, { method: "existing" }, { method: "standalone" }];
    for (const target of others) assert.deepEqual(tracingFindings([runOn(target)]), []);
  });
});
