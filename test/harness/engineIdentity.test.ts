import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { identify, writeIdentity } from "../../harness/engineIdentity.ts";
import { SIMULATOR_VERSION } from "../../simulator/version.ts";
import { fastConfig, withSimulator } from "../simulator/simulatorUnderTest.ts";
import { newFolder } from "./resultFolder.ts";
import { fixed, ScriptedServer } from "./scriptedServer.ts";

const { signal } = new AbortController();
const targetAt = (baseUrl: string) => ({ name: "t", baseUrl, model: "m", apiKeyEnv: null });
const json = (value: unknown, headers = ""): string =>
  fixed("200 OK", "application/json", JSON.stringify(value), headers);

async function identityOf(answers: Record<string, string>, prefix = "", key: string | null = null) {
  const server = await ScriptedServer.start(() => {});
  server.onGet = (path) => answers[path] ?? fixed("404 Not Found", "application/json", '{"detail":"Not Found"}');
  try {
    const { askedAt, baseUrl, formatVersion, ...told } = await identify(targetAt(server.origin + prefix), key, signal);
    assert.ok(Math.abs(Date.parse(askedAt) - Date.now()) < 10_000);
    assert.deepEqual([formatVersion, baseUrl], [1, server.origin + prefix]);
    return told;
  } finally {
    await server.stop();
  }
}

describe("identity of the engine", () => {
  it("is what a real engine says of itself", async () => {
    const list = { data: [{ id: "m", max_model_len: 4096 }, { id: "lora" }, null, { name: "no id" }] };
    const answers = {
      "/prefix/v1/models": json(list, "server: uvicorn\r\n"),
      "/prefix/version": json({ version: "0.32.0" }),
    };
    assert.deepEqual(await identityOf(answers, "/prefix"), {
      version: "0.32.0",
      models: [
        { id: "m", maxModelLen: 4096 },
        { id: "lora", maxModelLen: null },
      ],
      server: "uvicorn",
      simulator: null,
      missing: { simulator: "no answer says that it is simulated" },
    });
  });

  it("is null with the reason where the endpoint has no such answer", async () => {
    assert.deepEqual(await identityOf({ "/v1/models": json([]) }), {
      version: null,
      models: null,
      server: null,
      simulator: null,
      missing: {
        version: "GET /version: HTTP 404: Not Found",
        models: "GET /v1/models answers without a list of models",
        server: "no answer has this header",
        simulator: "no answer says that it is simulated",
      },
    });
    const nobody = await identify(targetAt("http://127.0.0.1:1"), null, signal);
    assert.deepEqual(nobody.missing, {
      version: "GET /version: connect ECONNREFUSED 127.0.0.1:1",
      models: "GET /v1/models: connect ECONNREFUSED 127.0.0.1:1",
      server: "no answer has this header",
      simulator: "nobody answered",
    });
  });

  it("is bounded in time, and ends when it is told to", async () => {
    const server = await ScriptedServer.start(() => {});
    server.onGet = () => "";
    const startMs = performance.now();
    const { missing } = await identify(targetAt(server.origin), null, signal, 100);
    assert.match(missing.version!, /^GET \/version: no answer in 0\.10 s$/);
    await identify(targetAt(server.origin), null, AbortSignal.timeout(50));
    assert.ok(performance.now() - startMs < 2000);
    await server.stop();
  });

  it("names the simulated engine, also where a proxy leaves only one of its two marks", async () => {
    await withSimulator({}, async ({ url }) => {
      const identity = await identify(targetAt(url), null, signal);
      assert.deepEqual(identity.simulator, { version: SIMULATOR_VERSION, speed: fastConfig.speed });
      assert.deepEqual(identity.models, [{ id: fastConfig.model, maxModelLen: fastConfig.maxModelLen }]);
      assert.deepEqual(identity.missing, {});
    });
    const field = await identityOf({ "/version": json({ version: "1", simulator: { version: "2", speed: 3 } }) });
    assert.deepEqual(field.simulator, { version: "2", speed: 3 });
    const header = await identityOf({ "/v1/models": json({ data: [] }, "X-LLM-Bench-Simulator: 9\r\n") });
    assert.deepEqual(header.simulator, { version: "9", speed: null });
    const refused = fixed("401 Unauthorized", "text/plain", "", "x-llm-bench-simulator: 9\r\n");
    assert.deepEqual((await identityOf({ "/v1/models": refused })).simulator, { version: "9", speed: null });
  });

  it("is written in one step, without the key", async () => {
    const answers = {
      "/v1/models": json({ data: [{ id: "my k-123" }] }, "server: k-123\r\n"),
      "/version": json({ version: "k-123" }),
    };
    const told = await identityOf(answers, "", "k-123");
    const folder = newFolder();
    await writeIdentity(folder.path, { formatVersion: 1, askedAt: "now", baseUrl: "http://x", ...told });
    assert.deepEqual(readdirSync(folder.path), ["engine.json"]);
    const text = readFileSync(join(folder.path, "engine.json"), "utf8");
    assert.ok(!text.includes("k-123"));
    assert.equal(JSON.parse(text).version, "***");
    folder.remove();
  });
});
