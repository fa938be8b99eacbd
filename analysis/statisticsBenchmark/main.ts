import { parseArgs } from "node:util";
import { atMargin, type Case, different, equalSystems } from "./cases.ts";
import { type Measured, REPETITIONS } from "./measure.ts";
import { allCases, measureAll } from "./measureApart.ts";

const usage = `node analysis/statisticsBenchmark/main.ts [--trials 10000] [--seed 1]

How often the verdicts on two systems are wrong, on simulated queues of which the truth is known. Exit code 1: more often
than promised. The promises are for 10,000 trials; fewer make the bounds wider.`;

/** What is promised, as shares. */
const promised = { falseAlarmBelow: 0.06, falseAlarmAtMargin: 0.05, coverage: 0.93, found: 0.9, same: 0.9 };

interface Kept {
  readonly what: string;
  readonly value: number;
  readonly kept: boolean;
  readonly limit: string;
}

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
const atMost = (what: string, value: number, limit: number): Kept => ({
  ...{ what, value, kept: value <= limit, limit: `at most ${percent(limit)}` },
});
const atLeast = (what: string, value: number, limit: number): Kept => ({
  ...{ what, value, kept: value >= limit, limit: `at least ${percent(limit)}` },
});

function promisesOfEqual(measured: Measured): Kept[] {
  return [
    atMost("false alarms at zero margin, 99 % bound", measured.missedBelow, promised.falseAlarmBelow),
    atMost("false alarms at the shipped margin", measured.better + measured.worse, promised.falseAlarmAtMargin),
    atLeast("coverage of the 95 % interval", 1 - measured.missed, promised.coverage),
  ];
}

async function benchmark(trials: number, seed: number): Promise<boolean> {
  console.log(`${trials} comparisons of ${REPETITIONS} runs a side each, seed ${seed}`);
  let kept = true;
  const tell = ({ name }: Case, promises: readonly Kept[]) => {
    console.log(`\n${name}`);
    for (const one of promises) {
      const mark = one.kept ? "kept" : "MISSED";
      console.log(`  ${one.what.padEnd(42)} ${percent(one.value).padStart(9)}  ${one.limit.padEnd(18)} ${mark}`);
      kept &&= one.kept;
    }
  };
  const measured = await measureAll(trials, seed);
  const of = (one: Case) => measured[allCases.indexOf(one)] as Measured;
  for (const one of equalSystems) {
    // Only where runs spread so little that five can tell; a tail near saturation needs more, and says so.
    const same = one === equalSystems[0] ? [atLeast('equal systems come out "same"', of(one).same, promised.same)] : [];
    tell(one, [...promisesOfEqual(of(one)), ...same]);
  }
  const { better, worse } = of(atMargin);
  tell(atMargin, [atMost("false alarms at the shipped margin", better + worse, promised.falseAlarmAtMargin)]);
  tell(different, [
    atLeast('comes out "worse"', of(different).worse, promised.found),
    atLeast("coverage of the 95 % interval", 1 - of(different).missed, promised.coverage),
  ]);
  return kept;
}

const { values } = parseArgs({
  options: {
    trials: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) console.log(usage);
else if (!(await benchmark(Number(values.trials), Number(values.seed)))) process.exitCode = 1;
