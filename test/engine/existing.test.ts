import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseScenario } from "../../scenario/parse.ts";
import { simulatorConfig } from "../../scenario/roofline.ts";
import { Checkout } from "./checkout.ts";

const marker = "sk-marker-5b1f0c";

/** A simulated engine that somebody else started, with an API key. */
async function startEngine(folder: string): Promise<{ url: string; process: ChildProcess }> {
  const values = { platform: "local", gpu: "h100-80", model: "llama-8b", method: "simulated", workload: "local" };
  const raw = { values, hasHfToken: false, hasClusterToken: false, apiKeyNames: [] };
  const [target] = parseScenario(raw, { stack: "other", file: "Pulumi.other.yaml" }).targets;
  assert.equal(target.method, "simulated");
  const file = join(folder, "engine.json");
  writeFileSync(file, JSON.stringify(simulatorConfig(target as never, { seed: 1 })));
  const child = spawn(process.execPath, [join(folder, "simulator", "main.ts"), "--config", file], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, LLMBENCH_SIMULATOR_API_KEY: marker },
  });
  const [line] = (await new Promise((resolve) =>
    createInterface({ input: child.stdout }).once("line", (text) => resolve([text])),
  )) as [string];
  return { url: JSON.parse(line).listening, process: child };
}

describe("an engine deployed by other means, behind an API key", () => {
  const checkout = new Checkout();
  let engine: Awaited<ReturnType<typeof startEngine>>;
  const stack = (url: string) => ({
    platform: "local",
    workload: "local",
    workloadOverrides: { "stages.concurrency": [2], "stages.seconds": 1 },
    targets: [{ name: "mine", url, servedModel: "meta-llama/Llama-3.1-8B-Instruct" }],
  });
  before(async () => {
    engine = await startEngine(checkout.path);
    checkout.stack("mine", stack(engine.url));
  });
  after(() => {
    engine.process.kill();
    checkout.remove();
  });

  it("without the key: one message that names the target and what to do; nothing is measured", async () => {
    const { code, stdout, stderr } = await checkout.bench("up", "mine");
    assert.equal(code, 1);
    assert.match(stdout + stderr, /target "mine".*401/);
    assert.match(stdout + stderr, /apiKeys/);
  });

  it("with the key as a secret: runs, and the key is in no file, output or log", async () => {
    await checkout.pulumi("stack", "select", "--create", "mine");
    const set = await checkout.pulumi("config", "set", "--secret", "--path", "apiKeys.mine", marker, "--stack", "mine");
    assert.equal(set.code, 0, set.stderr);
    const up = await checkout.bench("up", "mine", "--retry", "--verbose");
    assert.equal(up.code, 0, up.stdout + up.stderr);
    assert.doesNotMatch(up.stdout + up.stderr, new RegExp(marker));
    assert.doesNotMatch((await checkout.bench("outputs", "mine")).stdout, new RegExp(marker));
    const grep = (text: string) => {
      try {
        return execFileSync("grep", ["-rlaF", text, checkout.path, "--exclude-dir=node_modules"], { encoding: "utf8" });
      } catch {
        return "";
      }
    };
    assert.notEqual(grep("mine-"), "", "grep finds what is there");
    assert.equal(grep(marker), "");
    assert.equal(grep(Buffer.from(marker).toString("base64").slice(0, -2)), "");
  });

  it("is marked SIMULATED all the same: we did not start that engine, but it says so itself", async () => {
    const [[run, manifest] = []] = [...checkout.runs("mine")].reverse();
    assert.equal(manifest?.simulated, true);
    for (const text of ["README.md", "report.html", "analysis/data/stats.txt"]) {
      assert.match(checkout.read("mine", run!, text), /SIMULATED/, text);
    }
    assert.match(checkout.read("mine", run!, "report.html"), /names a real engine, but the simulated engine/);
  });

  it("an engine that is not there is named, within seconds", async () => {
    checkout.stack("gone", stack("http://127.0.0.1:9"));
    const { code, stdout, stderr, seconds } = await checkout.bench("up", "gone");
    assert.equal(code, 1);
    assert.match(stdout + stderr, /target "mine" cannot be reached at http:\/\/127\.0\.0\.1:9/);
    assert.ok(seconds < 60, `${seconds} s`);
  });
});
