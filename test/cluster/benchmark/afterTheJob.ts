import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { HarnessSummary } from "../../../harness/recordFormat.ts";
import { ClusterCheckout } from "../equipment/clusterCheckout.ts";

/** Seconds since the load generator's last word. */
export interface AfterTheJob {
  readonly requests: number;
  /** The run's files are here, checked, and its folder is closed. */
  readonly collected: number;
  readonly report: number;
  /** Every file is there, pictures included. */
  readonly finished: number;
  /** `up` has ended. */
  readonly ended: number;
}

/** Makes `times` runs of `requests` requests each, one after the other, on the cluster, and times what follows each. */
export async function afterTheJob(requests: number, times: number): Promise<AfterTheJob[]> {
  const checkout = new ClusterCheckout("benchmark");
  const measured: AfterTheJob[] = [];
  try {
    for (let seed = 1; seed <= times; seed++) {
      checkout.stack("ten-thousand", {
        platform: "kind",
        method: "simulated",
        gpu: "h100-80",
        model: "llama-8b",
        seed,
        simulator: { speed: 20 },
        workload: "local",
        workloadOverrides: {
          "data.inputTokens": { type: "fixed", value: 64 },
          "data.outputTokens": { type: "fixed", value: 16 },
          stages: { concurrency: [16, 32, 48, 64], requests: requests / 4 },
        },
        harnessSettings: { cpu: 0.5, memory: "512Mi", pvcSize: "1Gi" },
      });
      const before = new Set(checkout.runs("ten-thousand").keys());
      const { code, stdout, stderr } = await checkout.bench("up", "ten-thousand");
      const endedMs = Date.now();
      const run = [...checkout.runs("ten-thousand").keys()].find((name) => !before.has(name));
      if (code !== 0 || run === undefined) throw new Error(`up failed: ${stderr}${stdout}`);
      measured.push(timesOf(join(checkout.results, "ten-thousand", run), endedMs));
    }
  } finally {
    await checkout.bench("destroy", "ten-thousand");
    await checkout.removeAll();
  }
  return measured;
}

function timesOf(folder: string, endedMs: number): AfterTheJob {
  const summary = JSON.parse(readFileSync(join(folder, "results", "summary.json"), "utf8")) as HarnessSummary;
  const lastWordMs = Date.parse(summary.startedAt) + summary.endedMs;
  const writtenMs = (file: string) => statSync(join(folder, file)).mtimeMs;
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const since = (ms: number) => (ms - lastWordMs) / 1000;
  return {
    requests:
      readFileSync(join(folder, "results", "requests.csv"), "utf8")
        .trimEnd()
        .split("\n").length - 1,
    collected: since(writtenMs("manifest.json")),
    report: since(writtenMs("report.html")),
    finished: since(Math.max(...files.map(writtenMs))),
    ended: since(endedMs),
  };
}
