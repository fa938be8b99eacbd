import { readFileSync } from "node:fs";
import { serve } from "./requestReader.ts";
import { endEvents, httpChunk, roleEvent, streamHead, streamTail, tokenEvent } from "./streamBytes.ts";

/**
 * Answers every request at once with one prebuilt stream: the fastest peer a load generator can have on its machine.
 *
 *   node instantServer.ts TOKENS event|body [FILE]
 *
 * Framing `event` puts every event into an HTTP chunk of its own, as uvicorn does; `body` puts all into one.
 * FILE is the answer to GET /metrics.
 */
const tokens = Number(process.argv[2]);
const framing = process.argv[3];
const page = process.argv[4] === undefined ? null : readFileSync(process.argv[4]);
const events = [roleEvent(), ...Array.from({ length: tokens }, (_, i) => tokenEvent(i, tokens)), endEvents(tokens)];
const chunks = framing === "event" ? events : [events.join("")];
const response = Buffer.from(streamHead + chunks.map(httpChunk).join("") + streamTail);

serve(
  (socket) => socket.write(response),
  () => {
    const { user, system } = process.cpuUsage();
    return { cpuMs: (user + system) / 1000 };
  },
  () => page,
);
