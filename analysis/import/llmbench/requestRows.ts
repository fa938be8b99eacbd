import { type FileHandle, open } from "node:fs/promises";
import { flags, offsets, outcomes, RECORD_BYTES, WARMUP_STAGE } from "../../../harness/recordFormat.ts";
import type { RequestColumns } from "../../run.ts";
import { allocateColumns } from "../allocateColumns.ts";
import { collectAgain, ImportError } from "../importError.ts";

const CHUNK_RECORDS = 32_768;
const OK = outcomes.indexOf("ok");

/** Rows of requests.bin without the warm-up, and where each row's token arrivals are. */
export interface RequestRows {
  readonly columns: RequestColumns;
  /** Per row of `columns`: byte offset and length in arrivals.bin. */
  readonly arrivalsOffset: Float64Array;
  readonly arrivalsBytes: Uint32Array;
  /** What is cut off, in words; null when the file ends where a record ends. */
  readonly truncated: string | null;
}

/**
 * Reads requests.bin chunk by chunk: about 100 bytes of memory per row and 3 MB of buffer, whatever the size.
 * @throws ImportError at a row that cannot be true: unknown outcome, a stage that the plan does not have, no send time.
 */
export async function readRequestRows(file: string, stages: number): Promise<RequestRows> {
  let handle: FileHandle;
  try {
    handle = await open(file, "r");
  } catch (error) {
    throw new ImportError(file, `cannot be opened (${(error as NodeJS.ErrnoException).code})`, collectAgain);
  }
  try {
    const { size } = await handle.stat();
    const total = Math.floor(size / RECORD_BYTES);
    const rest = size - total * RECORD_BYTES;
    const rows = allocate(total);
    const buffer = Buffer.alloc(CHUNK_RECORDS * RECORD_BYTES);
    let read = 0;
    let kept = 0;
    while (read < total) {
      const wanted = Math.min(CHUNK_RECORDS, total - read) * RECORD_BYTES;
      let got = 0;
      while (got < wanted) {
        const { bytesRead } = await handle.read(buffer, got, wanted - got, read * RECORD_BYTES + got);
        if (bytesRead === 0)
          throw new ImportError(file, "became shorter while it was read", "wait until the run has ended");
        got += bytesRead;
      }
      kept = decode(file, buffer, got / RECORD_BYTES, read, stages, rows, kept);
      read += got / RECORD_BYTES;
    }
    return {
      columns: cut(rows.columns, kept),
      arrivalsOffset: rows.arrivalsOffset.subarray(0, kept),
      arrivalsBytes: rows.arrivalsBytes.subarray(0, kept),
      truncated: rest === 0 ? null : `requests.bin ends inside a record (${rest} of ${RECORD_BYTES} bytes)`,
    };
  } finally {
    await handle.close();
  }
}

type Rows = ReturnType<typeof allocate>;

function allocate(length: number) {
  const columns = allocateColumns(length);
  return { columns, arrivalsOffset: new Float64Array(length), arrivalsBytes: new Uint32Array(length) };
}

/** Appends the records of `buffer` from row `to` on; returns the row after the last. */
function decode(
  file: string,
  buffer: Buffer,
  count: number,
  first: number,
  stages: number,
  rows: Rows,
  to: number,
): number {
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  const { columns } = rows;
  for (let i = 0; i < count; i++) {
    const at = i * RECORD_BYTES;
    const stage = view.getUint16(at + offsets.stage, true);
    if (stage === WARMUP_STAGE) continue;
    const outcome = view.getUint8(at + offsets.outcome);
    const sentMs = view.getFloat64(at + offsets.sentMs, true);
    const endMs = view.getFloat64(at + offsets.endMs, true);
    const problem =
      stage >= stages
        ? `stage ${stage}, but the plan has ${stages}`
        : outcome >= outcomes.length
          ? `outcome ${outcome}, allowed: 0..${outcomes.length - 1}`
          : !(sentMs >= 0)
            ? `a send time of ${sentMs} ms`
            : outcome === OK && !(endMs >= sentMs)
              ? `an end (${endMs} ms) before its send time (${sentMs} ms)`
              : null;
    if (problem !== null) throw new ImportError(file, `record ${first + i} has ${problem}`, collectAgain);
    columns.request[to] = view.getUint32(at + offsets.request, true);
    columns.stage[to] = stage;
    columns.outcome[to] = outcome;
    columns.flags[to] = view.getUint8(at + offsets.flags);
    columns.scheduledMs[to] = view.getFloat64(at + offsets.scheduledMs, true);
    columns.sentMs[to] = sentMs;
    // Not streamed, the body comes in one piece: its time is no first-token time, whatever the record holds.
    const streamed = ((columns.flags[to] as number) & flags.streamed) !== 0;
    columns.firstTokenMs[to] = streamed ? view.getFloat64(at + offsets.firstTokenMs, true) : Number.NaN;
    columns.lastTokenMs[to] = streamed ? view.getFloat64(at + offsets.lastTokenMs, true) : Number.NaN;
    columns.endMs[to] = endMs;
    columns.promptTokensAsked[to] = view.getInt32(at + offsets.promptTokensAsked, true);
    columns.outputTokensAsked[to] = view.getInt32(at + offsets.outputTokensAsked, true);
    columns.promptTokens[to] = view.getInt32(at + offsets.promptTokens, true);
    columns.outputTokens[to] = view.getInt32(at + offsets.outputTokens, true);
    columns.cachedTokens[to] = view.getInt32(at + offsets.cachedTokens, true);
    columns.events[to] = view.getUint32(at + offsets.events, true);
    columns.status[to] = view.getUint16(at + offsets.status, true);
    columns.finishReason[to] = view.getUint8(at + offsets.finishReason);
    rows.arrivalsOffset[to] = view.getFloat64(at + offsets.arrivalsOffset, true);
    rows.arrivalsBytes[to] = view.getUint32(at + offsets.arrivalsBytes, true);
    to++;
  }
  return to;
}

function cut(columns: RequestColumns, length: number): RequestColumns {
  if (length === columns.length) return columns;
  const entries = Object.entries(columns).map(([key, value]) => [
    key,
    typeof value === "number" ? length : (value as Float64Array).subarray(0, length),
  ]);
  return Object.fromEntries(entries) as RequestColumns;
}
