import { withoutSecrets } from "../cluster/engineLog.ts";
import type { HarnessProgress } from "../harness/recordFormat.ts";
import type { Workload } from "../workloads/index.ts";
import { ForeignProgress } from "./foreignProgress.ts";

/** The log of a run's pod: its lines as progress while it grows, and what is kept of it. */
export interface HarnessLog {
  line(text: string): void;
  /** Its program runs: one that tells nothing of its progress is followed by the clock from now on. */
  begun(): void;
  stop(): void;
  kept(log: string): string;
}

export function harnessLog(workload: Workload, tell: (progress: HarnessProgress) => void): HarnessLog {
  if (workload.kind !== "foreign") {
    return {
      line: (text) => {
        const progress = progressOf(text);
        if (progress !== null) tell(progress);
      },
      begun: () => {},
      stop: () => {},
      kept: withoutProgress,
    };
  }
  let progress: ForeignProgress | null = null;
  const { adapter, stages } = workload;
  const begun = () => {
    progress ??= new ForeignProgress(stages, adapter.progressReader(stages), tell);
  };
  return {
    // A bar that is redrawn is one line to a pod's log.
    line: (text) => {
      begun();
      for (const part of text.split("\r")) progress?.line(part);
    },
    begun,
    stop: () => progress?.stop(),
    kept: withoutSecrets,
  };
}

/** A line of our load generator's log as progress; null: it is something else. */
function progressOf(line: string): HarnessProgress | null {
  if (!line.startsWith("{")) return null;
  try {
    return JSON.parse(line) as HarnessProgress;
  } catch {
    return null; // cut in the middle by a broken log stream
  }
}

/** What the load generator said besides, which is what a reader looks for. */
function withoutProgress(log: string): string {
  const lines = log.split("\n").filter((line) => progressOf(line) === null);
  return lines.join("\n");
}
