import { type BadConfig, cross, endpoint, gke, local, ocp } from "./badConfig.ts";

export const secrets: readonly BadConfig[] = [
  ...(["llama-1b", "llama-3b", "llama-8b"] as const).flatMap((model) =>
    ([gke, ocp] as const).map((base) => cross(`${model} on ${base.platform} without a token`, { ...base, model }, {})),
  ),
  cross("empty token", { ...ocp }, { hfToken: "" }),
  cross(
    "API key of no target",
    { ...local, targets: [{ name: "engine-a", url: "http://127.0.0.1:8000" }] },
    { apiKeys: { "engine-b": "k" } },
  ),
  cross(
    "API key of a simulated target",
    { ...local, targets: [{ name: "engine-a" }] },
    { apiKeys: { "engine-a": "k" } },
  ),
];

export const existing: readonly BadConfig[] = [
  cross("existing without targets", { ...local, method: "existing" }),
  cross("existing target without url", { ...local, targets: [{ name: "engine-a", method: "existing" }] }),
  cross("url and method standalone", { ...gke, targets: [{ ...endpoint, method: "standalone" }] }),
  cross("url and method simulated", { ...local, targets: [{ ...endpoint, method: "simulated" }] }),
  cross("url without scheme", { ...local, targets: [{ ...endpoint, url: "127.0.0.1:8000" }] }),
  cross("url of another protocol", { ...local, targets: [{ ...endpoint, url: "ftp://127.0.0.1/" }] }),
  cross("url with a password", { ...local, targets: [{ ...endpoint, url: "https://me:secret@example.org" }] }),
  cross("url with a query", { ...local, targets: [{ ...endpoint, url: "https://example.org/v1?key=secret" }] }),
  cross("existing engine without a model name", { platform: "local", targets: [endpoint] }),
  cross("servedModel of a simulated engine", { ...local, targets: [{ name: "engine-a", servedModel: "mine" }] }),
  cross("metricsUrls of a simulated engine", {
    ...local,
    targets: [{ name: "engine-a", metricsUrls: ["http://127.0.0.1:9090/metrics"] }],
  }),
  cross("metricsUrls without scheme", { ...local, targets: [{ ...endpoint, metricsUrls: ["127.0.0.1:9090"] }] }),
  cross("metricsUrls with a password", {
    ...local,
    targets: [{ ...endpoint, metricsUrls: ["http://127.0.0.1:9400/metrics", "https://me:secret@example.org/metrics"] }],
  }),
  cross("metricsUrls that name one address twice", {
    ...local,
    targets: [{ ...endpoint, metricsUrls: ["http://127.0.0.1:9400/metrics", "http://127.0.0.1:9400/metrics"] }],
  }),
  cross("metricsUrls for a harness that asks nobody", {
    ...local,
    harness: "guidellm",
    targets: [{ ...endpoint, metricsUrls: ["http://127.0.0.1:9400/metrics"] }],
  }),
  cross("engine settings of an existing engine", { ...local, targets: [{ ...endpoint, engine: { maxNumSeqs: 8 } }] }),
  cross("engine settings where all exist", { ...local, engine: { maxNumSeqs: 8 }, targets: [endpoint] }),
  cross("simulator settings of an existing engine", { ...local, targets: [{ ...endpoint, simulator: { speed: 2 } }] }),
  cross("simulator settings of a deployed engine", {
    ...gke,
    targets: [{ name: "engine-a", simulator: { speed: 2 } }],
  }),
  cross("simulator settings where none is simulated", { ...gke, simulator: { speed: 2 } }),
  cross("two targets of one name", { ...local, targets: [{ name: "engine-a" }, { name: "engine-a" }] }),
];
