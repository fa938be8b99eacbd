import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { KubeConfig, type V1Job, Watch } from "@kubernetes/client-node";
import type { HarnessSummary } from "../../../harness/recordFormat.ts";
import { ClusterCheckout } from "../equipment/clusterCheckout.ts";

/** Seconds since the load generator's last word; the kubelet and the Job controller need 2 to 3 of them. */
export interface AfterTheJob {
  readonly requests: number;
  /** The Job says that it is complete. */
  readonly jobEnded: number;
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
      const jobs = new JobWatch(checkout);
      const { code, stdout, stderr } = await checkout.bench("up", "ten-thousand");
      const endedMs = Date.now();
      jobs.stop();
      const run = [...checkout.runs("ten-thousand").keys()].find((name) => !before.has(name));
      if (code !== 0 || run === undefined) throw new Error(`up failed: ${stderr}${stdout}`);
      measured.push(timesOf(join(checkout.results, "ten-thousand", run), endedMs, jobs.completeMs));
    }
  } finally {
    await checkout.bench("destroy", "ten-thousand");
    await checkout.removeAll();
  }
  return measured;
}

/** When a Job of the checkout's became complete, as a watch saw it: its own completionTime has no fraction of a second. */
class JobWatch {
  completeMs = Number.NaN;
  readonly #stop = new AbortController();

  constructor({ kubeconfig, namespace }: ClusterCheckout) {
    void this.#watch(kubeconfig, namespace);
  }

  stop(): void {
    this.#stop.abort();
  }

  async #watch(kubeconfig: string, namespace: string): Promise<void> {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    while (!this.#stop.signal.aborted) {
      await new Promise<void>((ended) => {
        new Watch(config)
          .watch(
            `/apis/batch/v1/namespaces/${namespace}/jobs`,
            {},
            (type, { status }: V1Job) => {
              const complete = status?.conditions?.some((one) => one.type === "Complete" && one.status === "True");
              // A new watch begins with the Jobs there are, among them the one of the run before.
              if (type === "MODIFIED" && complete) this.completeMs = Date.now();
            },
            () => ended(),
          )
          .then((request) => this.#stop.signal.addEventListener("abort", () => request.abort()))
          .catch(() => ended());
      });
      await sleep(200);
    }
  }
}

function timesOf(folder: string, endedMs: number, jobMs: number): AfterTheJob {
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
    jobEnded: since(jobMs),
    collected: since(writtenMs("manifest.json")),
    report: since(writtenMs("report.html")),
    finished: since(Math.max(...files.map(writtenMs))),
    ended: since(endedMs),
  };
}
