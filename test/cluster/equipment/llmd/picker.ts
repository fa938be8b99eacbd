import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { load } from "js-yaml";
import { bodyOf, flagsOf, forward, refuse } from "./forward.ts";
import { type Endpoint, Pool } from "./pool.ts";
import { type PickerConfig, Scheduling } from "./scheduling.ts";

/*
 * Stands in for llm-d's endpoint picker together with the Envoy in front of it, in tests only: takes the flags and the
 * config that the charts give, follows the pods of its pool, and proxies to the one it picks on port 8081 by itself. No
 * ext_proc: port 9002 is not served. Metrics under the names of llm-d-router v0.9.0, of what it knows.
 */
const prefillHeader = "x-prefiller-host-port";
const started = Date.now() / 1000;
const flags = flagsOf(process.argv.slice(2));
const configFile = flags.get("config-file");
if (configFile === undefined) throw new Error("--config-file must be given");
const pool = new Pool(flags);
const scheduling = new Scheduling(load(readFileSync(configFile, "utf8")) as PickerConfig);
const counts = { requests: 0, refused: 0, picks: 0, pickSeconds: 0 };
/** decision_type -> requests; only where the config has a prefill profile. */
const decisions = new Map<string, number>();

void pool.follow();
createServer((request, response) => void answer(request, response)).listen(8081);
createServer(metrics).listen(Number(flags.get("metrics-port") ?? 9090));
process.once("SIGTERM", () => process.exit(0));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request);
  const began = performance.now();
  const picked = scheduling.pick(pool.endpoints, promptOf(body));
  counts.picks++;
  counts.pickSeconds += (performance.now() - began) / 1000;
  if (picked === null) {
    counts.refused++;
    refuse(response, 503, `no healthy upstream: pool ${pool.name} has no endpoint that is ready`);
    return;
  }
  const { endpoint, prefill } = picked;
  const { [prefillHeader]: _, ...headers } = request.headers;
  request.headers = headers;
  if (request.method === "POST") {
    counts.requests++;
    const decision = prefill === null ? "decode-only" : "prefill-decode";
    if (scheduling.disaggregates) decisions.set(decision, (decisions.get(decision) ?? 0) + 1);
  }
  const steps = prefill === null ? {} : { [prefillHeader]: `${prefill.host}:${prefill.port}` };
  const done = underWay([endpoint, ...(prefill === null ? [] : [prefill])]);
  await forward(request, response, { ...endpoint, path: request.url ?? "/" }, body, steps);
  done();
}

function underWay(endpoints: readonly Endpoint[]): () => void {
  const add = ({ name }: Endpoint, change: number) =>
    scheduling.underWay.set(name, (scheduling.underWay.get(name) ?? 0) + change);
  for (const endpoint of endpoints) add(endpoint, 1);
  return () => {
    for (const endpoint of endpoints) add(endpoint, -1);
  };
}

function metrics(_: IncomingMessage, response: ServerResponse): void {
  const running = pool.endpoints.map(({ name }) => scheduling.underWay.get(name) ?? 0);
  const mean = running.reduce((sum, value) => sum + value, 0) / Math.max(1, running.length);
  const labels = `{name="${pool.name}"}`;
  const lines = [
    `llm_d_epp_ready_endpoints${labels} ${pool.endpoints.length}`,
    `llm_d_epp_average_running_requests${labels} ${mean}`,
    `llm_d_epp_request_total ${counts.requests}`,
    `llm_d_epp_request_error_total ${counts.refused}`,
    `llm_d_epp_scheduler_e2e_duration_seconds_sum ${counts.pickSeconds}`,
    `llm_d_epp_scheduler_e2e_duration_seconds_count ${counts.picks}`,
    ...[...decisions].map(([type, count]) => `llm_d_epp_disagg_decision_total{decision_type="${type}"} ${count}`),
    `process_start_time_seconds ${started}`,
    `process_cpu_seconds_total ${process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6}`,
    `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
  ];
  response.writeHead(200, { "content-type": "text/plain; version=0.0.4" });
  response.end(`${lines.join("\n")}\n`);
}

/** Text by which prompts are compared; "": no generation. */
function promptOf(body: Buffer): string {
  try {
    const { prompt, messages } = JSON.parse(body.toString()) as { prompt?: unknown; messages?: unknown };
    const asked = prompt ?? messages;
    return asked === undefined ? "" : typeof asked === "string" ? asked : JSON.stringify(asked);
  } catch {
    return "";
  }
}
