import { createReadStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { constants, createGunzip } from "node:zlib";
import type { ServerMetricsHead, ServerMetricsLine } from "../../../harness/recordFormat.ts";
import { serverMetricsFile } from "../../../harness/recordFormat.ts";
import type { RequestColumns, RunStage } from "../../run.ts";
import type { ServerRecord } from "../../server/serverMetrics.ts";
import { ServerRecordBuilder } from "../../server/serverRecord.ts";
import { tokenCheck } from "../../server/tokenCheck.ts";
import { exists } from "../exists.ts";

/** What our load generator kept of the server's own metrics; null: nothing, as before it kept any. */
export async function importServerMetrics(
  native: string,
  stages: readonly RunStage[],
  requests: RequestColumns,
): Promise<ServerRecord | null> {
  const file = join(native, serverMetricsFile);
  if (!(await exists(file))) return null;
  const builder = new ServerRecordBuilder();
  let everyMs = 1000;
  let broken: string | null = null;
  // A generator that was killed left no end of the file; what was flushed before is whole.
  const unpacked = createReadStream(file).compose(createGunzip({ finishFlush: constants.Z_SYNC_FLUSH }));
  try {
    for await (const line of createInterface({ input: unpacked, crlfDelay: Number.POSITIVE_INFINITY })) {
      const value = parsed(line);
      if (value === null) broken ??= "a line is cut";
      else if ("everyMs" in value) everyMs = value.everyMs;
      else builder.add(value);
    }
  } catch (error) {
    broken = (error as Error).message;
  }
  const times = stages.map(({ summary }) => (summary.status === "skipped" ? null : summary));
  const record = builder.finish(times, everyMs);
  const remarks = [
    ...(broken === null ? [] : [`${serverMetricsFile} is not whole (${broken}): the rest is left out`]),
    ...record.remarks,
    ...tokenCheck(stages, record.stages, requests),
  ];
  return { ...record, remarks };
}

function parsed(line: string): ServerMetricsHead | ServerMetricsLine | null {
  try {
    return JSON.parse(line) as ServerMetricsHead | ServerMetricsLine;
  } catch {
    return null;
  }
}
