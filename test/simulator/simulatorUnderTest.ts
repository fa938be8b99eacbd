import type { FaultRule, SimulatorConfig } from "../../simulator/config.ts";
import { type RunningSimulator, type SimulatorOptions, startSimulator } from "../../simulator/server.ts";
import { plainTiming, roomy } from "./engineRun.ts";

/** Steps of 10 ms simulated, 1 ms real. */
export const fastConfig: SimulatorConfig = {
  ...roomy,
  model: "tiny/llama",
  host: "127.0.0.1",
  port: 0,
  seed: 1,
  speed: 10,
  prefixCaching: true,
  timing: plainTiming,
  faults: [],
};

/** Starts one, hands it over, and closes it whatever happens. */
export async function withSimulator(
  changes: Partial<SimulatorConfig>,
  use: (simulator: RunningSimulator) => Promise<void>,
  options: SimulatorOptions = {},
): Promise<void> {
  const simulator = await startSimulator({ ...fastConfig, ...changes }, options);
  try {
    await use(simulator);
  } finally {
    await simulator.close();
  }
}

export const faulty = (...faults: FaultRule[]): Partial<SimulatorConfig> => ({ faults });

export function post(
  url: string,
  path: string,
  body: unknown,
  init: { headers?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<Response> {
  return fetch(url + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...init.headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
    ...(init.signal ? { signal: init.signal } : {}),
  });
}

export const complete = (url: string, body: Record<string, unknown>): Promise<Response> =>
  post(url, "/v1/completions", { model: "tiny/llama", prompt: "def foo", ...body });

export const chat = (url: string, body: Record<string, unknown>): Promise<Response> =>
  post(url, "/v1/chat/completions", {
    model: "tiny/llama",
    messages: [{ role: "user", content: "hi" }],
    ...body,
  });

/** The payloads of a stream that ended as it should. */
export async function events(response: Response): Promise<string[]> {
  const text = await response.text();
  const parts = text.split("\n\n");
  if (parts.pop() !== "") throw new Error(`the stream ends inside an event: ${JSON.stringify(text.slice(-80))}`);
  return parts.map((part) => {
    if (!part.startsWith("data: ")) throw new Error(`not an event: ${JSON.stringify(part)}`);
    return part.slice(6);
  });
}

/** Value of a metric whose labels contain `labels`; NaN when it is not on the page. */
export async function metric(url: string, name: string, labels = ""): Promise<number> {
  const page = await (await fetch(`${url}/metrics`)).text();
  const line = page.split("\n").find((it) => it.startsWith(`${name}{`) && it.includes(labels));
  return Number(line?.split(" ").at(-1) ?? Number.NaN);
}
