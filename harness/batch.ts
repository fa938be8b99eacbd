import type { Exchange } from "./exchange.ts";
import { finishReasons, flags, offsets, outcomes, RECORD_BYTES } from "./recordFormat.ts";

const RECORDS = 1024;
/** A batch whose arrivals reach this is full, however few its records are. */
const FULL_ARRIVAL_BYTES = 2 ** 20;

const outcomeIndex = new Map(outcomes.map((outcome, index) => [outcome, index]));
const finishIndex = new Map<string, number>(finishReasons.map((reason, index) => [reason, index]));
const OTHER = finishReasons.indexOf("other");

/** Records and arrivals on their way to the disk; the buffers are used again. */
export class Batch {
  readonly records = Buffer.alloc(RECORDS * RECORD_BYTES);
  readonly #view = new DataView(this.records.buffer, this.records.byteOffset, this.records.length);
  recordBytes = 0;
  arrivals = Buffer.alloc(FULL_ARRIVAL_BYTES / 4);
  arrivalBytes = 0;
  errors = "";

  get full(): boolean {
    return this.recordBytes === this.records.length || this.arrivalBytes >= FULL_ARRIVAL_BYTES;
  }

  clear(): void {
    this.recordBytes = 0;
    this.arrivalBytes = 0;
    this.errors = "";
  }

  /** @param originMs time 0 of the run  @param arrivalsOffset where this request's arrivals begin in arrivals.bin */
  add(exchange: Exchange, originMs: number, arrivalsOffset: number): void {
    const { assignment, arrivals } = exchange;
    if (this.arrivalBytes + arrivals.length > this.arrivals.length) {
      const grown = Buffer.alloc(2 * (this.arrivalBytes + arrivals.length));
      this.arrivals.copy(grown, 0, 0, this.arrivalBytes);
      this.arrivals = grown;
    }
    this.arrivals.set(arrivals.bytes.subarray(0, arrivals.length), this.arrivalBytes);
    this.arrivalBytes += arrivals.length;

    const fromUsage = exchange.usage?.outputTokens ?? null;
    const counted = exchange.streamed ? exchange.events : -1;
    const at = this.recordBytes;
    const view = this.#view;
    view.setUint32(at + offsets.request, assignment.request, true);
    view.setUint16(at + offsets.stage, assignment.stage, true);
    view.setUint8(at + offsets.outcome, outcomeIndex.get(exchange.outcome)!);
    const bits = (fromUsage === null ? 0 : flags.outputFromUsage) | (exchange.streamed ? flags.streamed : 0);
    view.setUint8(at + offsets.flags, bits);
    view.setFloat64(at + offsets.scheduledMs, exchange.scheduledMs - originMs, true);
    view.setFloat64(at + offsets.sentMs, exchange.sentMs - originMs, true);
    view.setFloat64(at + offsets.headersMs, exchange.headersMs - originMs, true);
    view.setFloat64(at + offsets.firstTokenMs, exchange.firstTokenMs - originMs, true);
    view.setFloat64(at + offsets.lastTokenMs, exchange.lastTokenMs - originMs, true);
    view.setFloat64(at + offsets.endMs, exchange.endMs - originMs, true);
    view.setInt32(at + offsets.promptTokensAsked, assignment.inputTokens ?? -1, true);
    view.setInt32(at + offsets.outputTokensAsked, assignment.outputTokens, true);
    view.setInt32(at + offsets.promptTokens, exchange.usage?.promptTokens ?? -1, true);
    view.setInt32(at + offsets.outputTokens, fromUsage ?? counted, true);
    view.setInt32(at + offsets.cachedTokens, exchange.usage?.cachedTokens ?? -1, true);
    view.setUint32(at + offsets.events, exchange.events, true);
    view.setUint32(at + offsets.arrivalsBytes, arrivals.length, true);
    view.setUint16(at + offsets.status, exchange.status, true);
    const reason = exchange.finishReason;
    view.setUint8(at + offsets.finishReason, reason === null ? 0 : (finishIndex.get(reason) ?? OTHER));
    view.setFloat64(at + offsets.arrivalsOffset, arrivalsOffset, true);
    this.recordBytes += RECORD_BYTES;
  }
}
