import { fstatSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { readConfig } from "./readConfig.ts";
import { startSimulator } from "./server.ts";

const help = `Usage: node simulator/main.ts --config FILE

Serves a simulated vLLM: its HTTP API, its metrics, and the timing of the engine that FILE describes.
FILE is JSON; simulator/config.ts describes its keys and docs/simulator.md the model behind them.

The first line on stdout is {"listening":"http://HOST:PORT"}. Ends, with code 0, at SIGTERM or SIGINT, and when
stdin is a pipe and ends, so that it never outlives whoever started it.

Environment:
  LLMBENCH_SIMULATOR_API_KEY   demanded as a bearer token of every request under /v1; unset or empty: none
`;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: "string" }, help: { type: "boolean", short: "h" } } });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  if (!values.config) throw new Error("--config FILE is missing; see --help.");
  const config = readConfig(parseFile(values.config), values.config);
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => process.exit(0));
  endWithStdin();
  const simulator = await startSimulator(config, { apiKey: process.env.LLMBENCH_SIMULATOR_API_KEY });
  process.stdout.write(`${JSON.stringify({ listening: simulator.url })}\n`);
}

function parseFile(path: string): unknown {
  let content: string;
  try {
    content = readFileSync(path, "utf8");
  } catch (error) {
    throw new Error(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code}). Give --config a JSON file.`);
  }
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new Error(`${path}: not JSON: ${(error as Error).message}.`);
  }
}

/** A terminal or /dev/null is left alone: the latter ends at once and says nothing about a parent. */
function endWithStdin(): void {
  const stdin = fstatSync(0, { throwIfNoEntry: false });
  if (!stdin || (!stdin.isFIFO() && !stdin.isSocket())) return;
  process.stdin.on("end", () => process.exit(0));
  process.stdin.on("error", () => process.exit(0));
  process.stdin.resume();
}

main().catch((error: unknown) => {
  const { code, message } = error as NodeJS.ErrnoException;
  const advice = code === "EADDRINUSE" ? " Choose another port, or 0 for any free one." : "";
  process.stderr.write(`simulator: ${message}${advice}\n`);
  process.exitCode = 2;
});
