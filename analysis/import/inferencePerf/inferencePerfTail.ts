import { parentPort, workerData } from "node:worker_threads";
import { readTail } from "./inferencePerfHalves.ts";

/* The second thread of inferencePerfHalves.ts. */

const { file, from } = workerData as { file: string; from: number };
const columns = await readTail(file, from).catch(() => null);
if (columns === null) parentPort?.postMessage(null);
else {
  const { moved, memory } = columns.move();
  parentPort?.postMessage(moved, memory);
}
