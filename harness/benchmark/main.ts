import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { exactness } from "./exactness.ts";
import { memory } from "./memory.ts";
import { scraping } from "./scraping.ts";
import { speed } from "./speed.ts";
import { type Row, table } from "./table.ts";

const help = `Benchmark of the load generator itself, on this machine, server included.

  node harness/benchmark/main.ts [--only speed|scraping|exactness|memory] [--rounds N] [--requests N]

  --rounds N     2 to 10 rounds of the speed benchmark (default 7), of scraping (default 10) and of exactness (default 5)
  --requests N   requests of the memory benchmark (default 300000, extrapolated to a million)

Exit code 1 if a target is missed. Other work on the machine counts against the figures; the load is printed.
`;

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    rounds: { type: "string" },
    requests: { type: "string", default: "300000" },
    help: { type: "boolean", short: "h" },
  },
});
if (values.help) {
  process.stdout.write(help);
} else {
  const rounds = values.rounds === undefined ? null : Number(values.rounds);
  if (rounds !== null && !(Number.isInteger(rounds) && rounds >= 2 && rounds <= 10)) {
    process.stderr.write(`--rounds: ${values.rounds} is not allowed; give 2 to 10, of which there is an interval\n`);
    process.exit(2);
  }
  const parts: Record<string, () => Promise<Row[]>> = {
    speed: async () => [...(await speed("body", rounds ?? 7, 12_000)), ...(await speed("event", rounds ?? 7, 6000))],
    scraping: () => scraping(rounds ?? 10, 25_000),
    exactness: () => exactness(rounds ?? 5),
    memory: () => memory(Number(values.requests)),
  };
  if (values.only !== undefined && !(values.only in parts)) {
    process.stderr.write(`--only: "${values.only}" is not one of ${Object.keys(parts).join(", ")}\n`);
    process.exit(2);
  }
  const load = (): string => loadavg()[0]!.toFixed(1);
  const before = load();
  const rows: Row[] = [];
  for (const [name, run] of Object.entries(parts)) {
    if (values.only !== undefined && values.only !== name) continue;
    process.stderr.write(`${name} ...\n`);
    rows.push(...(await run()));
  }
  process.stdout.write(`${table(rows)}\nload average ${before} before, ${load()} after; node ${process.version}\n`);
  process.exit(rows.some((row) => row.pass === false) ? 1 : 0);
}
