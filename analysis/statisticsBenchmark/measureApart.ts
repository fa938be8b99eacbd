import { availableParallelism } from "node:os";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { atMargin, different, equalSystems } from "./cases.ts";
import { type Measured, measure } from "./measure.ts";

/** By their places here each thread knows them: a case is functions, which no message can hold. */
export const allCases = [...equalSystems, atMargin, different];

interface Task {
  readonly index: number;
  readonly trials: number;
  readonly seed: number;
}

/**
 * All cases, each with a seed of its own, on as many threads as there are cores. Which thread takes which case changes
 * nothing. @returns in the order of `allCases`
 */
export async function measureAll(trials: number, seed: number): Promise<Measured[]> {
  const measured: Measured[] = [];
  const waiting = allCases.map((_, index): Task => ({ index, trials, seed: seed + index }));
  const threads = Math.min(availableParallelism(), waiting.length);
  await Promise.all(
    Array.from({ length: threads }, async () => {
      const worker = new Worker(import.meta.filename);
      try {
        for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
          measured[task.index] = await answer(worker, task);
        }
      } finally {
        await worker.terminate();
      }
    }),
  );
  return measured;
}

function answer(worker: Worker, task: Task): Promise<Measured> {
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.once("message", (measured: Measured) => {
      worker.off("error", reject);
      resolve(measured);
    });
    worker.postMessage(task);
  });
}

if (!isMainThread && parentPort !== null) {
  const port = parentPort;
  port.on("message", ({ index, trials, seed }: Task) => port.postMessage(measure(allCases[index]!, trials, seed)));
}
