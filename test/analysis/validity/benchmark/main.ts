import type { StageRows } from "../../../../analysis/stageRows.ts";
import { steadinessOf } from "../../../../analysis/validity/steadiness.ts";
import type { Steadiness } from "../../../../analysis/validity/validity.ts";
import { closedLoop, queue, type Shape, sharing } from "./engines.ts";

/**
 * `npm run benchmark:steadiness [-- TRIALS]`: how often the verdict on simulated stages is right, whose truth is known. Ends
 * with 1 where a rate is missed.
 */
interface Case {
  readonly name: string;
  readonly make: (shape: Shape) => StageRows;
  readonly seconds: number;
  readonly drift?: number;
  readonly verdict: Steadiness["verdict"];
  /** Wrong verdicts at most, or right ones at least: shares of the trials. */
  readonly atMostWrong?: number;
  readonly atLeastRight?: number;
}

const engines: readonly { name: string; make: Case["make"]; seconds: readonly number[] }[] = [
  { name: "closed loop, 1", make: (shape) => closedLoop(1, shape), seconds: [30, 120] },
  { name: "closed loop, 8", make: (shape) => closedLoop(8, shape), seconds: [10, 30, 120] },
  { name: "closed loop, 32", make: (shape) => closedLoop(32, shape), seconds: [10, 30, 120] },
  { name: "open, 16 servers, use .5", make: (shape) => queue(16, 0.5, shape), seconds: [10, 30, 120] },
  { name: "open, 16 servers, use .7", make: (shape) => queue(16, 0.7, shape), seconds: [10, 30, 120] },
  { name: "open, 16 servers, use .9", make: (shape) => queue(16, 0.9, shape), seconds: [10, 30, 120, 300] },
  { name: "open, shared, 4 in flight", make: (shape) => sharing(4, shape), seconds: [10, 30, 120] },
  { name: "open, shared, 20 in flight", make: (shape) => sharing(20, shape), seconds: [10, 30, 120] },
];

const over = (use: number) => ({
  name: `open, 16 servers, use ${use}`,
  make: (shape: Shape) => queue(16, use, shape),
});

const cases: readonly Case[] = [
  ...engines.flatMap(({ name, make, seconds }) =>
    seconds.map((length): Case => ({ name, make, seconds: length, verdict: "steady", atMostWrong: 0.05 })),
  ),
  ...engines
    .filter(({ name }) => !name.endsWith(".9"))
    .flatMap(({ name, make }) =>
      [0.2, -0.2].map((drift): Case => ({ name, make, seconds: 120, drift, verdict: "drifting", atLeastRight: 0.75 })),
    ),
  ...[1.1, 1.3, 2].map((use): Case => ({ ...over(use), seconds: 120, verdict: "saturated", atLeastRight: 0.8 })),
  ...[1.3, 2].map((use): Case => ({ ...over(use), seconds: 30, verdict: "saturated", atLeastRight: 0.5 })),
];

const trials = Number(process.argv[2] ?? 400);
const print = (...cells: readonly string[]) =>
  process.stdout.write(`${cells.map((cell, i) => (i === 0 ? cell.padEnd(28) : cell.padStart(10))).join("")}\n`);
const percent = (count: number) => `${((100 * count) / trials).toFixed(1)} %`;

print("stage", "seconds", "requests", "drift", "steady", "drifting", "saturated", "unknown", "");
let missed = 0;
const begun = performance.now();
for (const { name, make, seconds, drift = 0, verdict, atMostWrong, atLeastRight } of cases) {
  const counts = { steady: 0, drifting: 0, saturated: 0, unknown: 0 };
  let requests = 0;
  for (let seed = 1; seed <= trials; seed++) {
    const stage = make({ seed, seconds, drift });
    requests += stage.rows.length;
    counts[steadinessOf([stage]).verdict]++;
  }
  // Of a short stage nothing need be known, but nothing wrong may be said.
  const wrong = counts.drifting + counts.saturated;
  const good =
    (atMostWrong === undefined || wrong <= atMostWrong * trials) &&
    (atLeastRight === undefined || counts[verdict] >= atLeastRight * trials);
  if (!good) missed++;
  print(
    name,
    String(seconds),
    (requests / trials).toFixed(0),
    drift === 0 ? "-" : `${100 * drift} %`,
    ...(["steady", "drifting", "saturated", "unknown"] as const).map((key) => percent(counts[key])),
    good ? "" : "MISSED",
  );
}
process.stdout.write(`${trials} trials each, ${((performance.now() - begun) / 1000).toFixed(0)} s; ${missed} missed\n`);
process.exit(missed > 0 ? 1 : 0);
