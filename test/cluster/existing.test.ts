import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { V1Pod, V1Secret } from "@kubernetes/client-node";
import { sourceBundle } from "../../run/sourceBundle.ts";
import { parseScenario } from "../../scenario/parse.ts";
import { simulatorConfig } from "../../scenario/roofline.ts";
import type { Ended } from "../engine/checkout.ts";
import { createNamespace, describeOnCluster } from "./equipment/cluster.ts";
import { ClusterCheckout } from "./equipment/clusterCheckout.ts";
import { type Listing, leftovers, listing } from "./equipment/leftovers.ts";
import { objectsOf, uidsOf } from "./equipment/objectsOf.ts";

const hfToken = `hf_marker${randomBytes(12).toString("hex")}`;
const apiKey = `sk-marker-${randomBytes(12).toString("hex")}`;
const everything = ["pods", "deployments", "secrets", "services", "configmaps"] as const;
const servedModel = "meta-llama/Llama-3.1-8B-Instruct";

/** An engine that somebody else runs: nothing of it is made by a stack, and it carries none of our labels. */
async function engineOfOthers(): Promise<object> {
  const values = { platform: "local", gpu: "h100-80", model: "llama-8b", method: "simulated", workload: "local" };
  const raw = { values, hasHfToken: false, hasClusterToken: false, apiKeyNames: [] };
  const [target] = parseScenario(raw, { stack: "other", file: "Pulumi.other.yaml" }).targets;
  const config = { ...simulatorConfig(target as never, { seed: 1, port: 8000 }), host: "0.0.0.0" };
  const { code } = await sourceBundle("simulator");
  const labels = { app: "theirs" };
  const container = {
    name: "engine",
    image: "docker.io/library/node:24-bookworm-slim",
    command: ["node", "/code/simulator.mjs", "--config", "/code/config.json"],
    env: [{ name: "LLMBENCH_SIMULATOR_API_KEY", valueFrom: { secretKeyRef: { name: "theirs", key: "key" } } }],
    readinessProbe: { httpGet: { path: "/health", port: 8000 }, periodSeconds: 1 },
    resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "512Mi" } },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
    volumeMounts: [{ name: "code", mountPath: "/code" }],
  };
  const podSpec = {
    terminationGracePeriodSeconds: 1,
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
    containers: [container],
    volumes: [{ name: "code", configMap: { name: "theirs" } }],
  };
  const metadata = { name: "theirs" };
  const items = [
    { apiVersion: "v1", kind: "Secret", metadata, stringData: { key: apiKey } },
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata,
      data: { "simulator.mjs": code, "config.json": JSON.stringify(config) },
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec } },
    },
    { apiVersion: "v1", kind: "Service", metadata, spec: { selector: labels, ports: [{ port: 8000 }] } },
  ];
  return { apiVersion: "v1", kind: "List", items };
}

describeOnCluster("a plain pulumi in a namespace of others, beside an engine of others, with secrets", (kubeconfig) => {
  const checkout = new ClusterCheckout("existing");
  const stack = "theirs";
  const decrypted = ["stack", "export", "--show-secrets", "--stack", stack];
  const said: string[] = [];
  let atFirst: Listing;
  let theirs: Record<string, string>;
  let generatedKey: string;
  const keep = (ended: Ended): Ended => {
    said.push(ended.stdout, ended.stderr);
    return ended;
  };
  const pulumi = async (...args: string[]) => keep(await checkout.pulumi(...args, "--stack", stack));
  const bench = async (...args: string[]) => keep(await checkout.bench(...args));

  before("a namespace and an engine of others", async () => {
    await createNamespace(checkout.namespace);
    checkout.create(await engineOfOthers());
    checkout.kubectl("rollout", "status", "deployment/theirs", "--timeout=55s");
    theirs = await uidsOf(checkout, everything);
    atFirst = await listing(kubeconfig);
    checkout.stack(stack, {
      platform: "kind",
      gpu: "h100-80",
      model: "llama-8b",
      method: "simulated",
      cluster: { createNamespace: false },
      workload: "local",
      workloadOverrides: { "stages.concurrency": [2], "stages.seconds": 2 },
      harnessSettings: { cpu: 0.2, memory: "256Mi", pvcSize: "1Gi" },
      repetitions: 1,
      targets: [
        { name: "theirs", url: `http://theirs.${checkout.namespace}.svc:8000`, servedModel },
        { name: "ours", method: "simulated" },
      ],
    });
  });
  after(() => checkout.removeAll());

  it("preview and up by a plain pulumi", async () => {
    assert.equal((await pulumi("stack", "init")).code, 0);
    for (const [path, value] of [
      ["hfToken", hfToken],
      ["apiKeys.theirs", apiKey],
    ] as const)
      assert.equal((await pulumi("config", "set", "--secret", "--path", path, value)).code, 0);
    const preview = await pulumi("preview");
    assert.equal(preview.code, 0, preview.stdout + preview.stderr);
    assert.deepEqual(await ourLeftovers(), []);
    const up = await pulumi("up", "--yes", "--skip-preview");
    assert.equal(up.code, 0, up.stdout + up.stderr);
    assert.match(up.stdout, /SIMULATED/);
    const runs = [...checkout.runs(stack).values()];
    assert.deepEqual(runs.map((run) => `${run?.target} ${run?.status} ${run?.simulated}`).sort(), [
      "ours complete true",
      // Nobody told us that it is simulated; it says so itself.
      "theirs complete true",
    ]);
    const pods = await objectsOf<V1Pod>(checkout, "pods", "llm-bench/stack");
    assert.ok(pods.length >= 3);
  });

  it("./bench sees no difference, runs what was changed, and then a plain pulumi sees none", async () => {
    const preview = await bench("preview", stack);
    assert.match(preview.stdout, /Resources: \d+ same\n/, preview.stdout + preview.stderr);
    assert.equal((await pulumi("config", "set", "seed", "7")).code, 0);
    const up = await bench("up", stack, "--verbose");
    assert.equal(up.code, 0, up.stdout + up.stderr);
    assert.equal(checkout.runs(stack).size, 4);
    const same = await pulumi("preview", "--expect-no-changes", "--diff");
    assert.equal(same.code, 0, same.stdout + same.stderr);
  });

  it("secrets are in Secrets alone, and encrypted in the state", async () => {
    const [secret] = (await objectsOf<V1Secret>(checkout, "secrets")).filter(
      ({ metadata }) => metadata?.name === "ours-api-key",
    );
    generatedKey = Buffer.from(secret?.data?.["api-key"] ?? "", "base64").toString();
    assert.match(generatedKey, /^\w{40}$/);
    await bench("outputs", stack);
    await pulumi("stack", "output", "--json");
    await pulumi("stack", "export");
    said.push(...(await podLogs()));
    const secrets = { hfToken, apiKey, generatedKey };
    const { stdout: shown } = await checkout.pulumi(...decrypted);
    for (const [what, value] of Object.entries(secrets)) {
      const base64 = Buffer.from(value).toString("base64");
      for (const form of [value, base64.replace(/=+$/, "").slice(0, -1)]) {
        assert.deepEqual(said.filter((text) => text.includes(form)).length, 0, `${what} in what was printed`);
        assert.equal(grep(checkout.path, form), "", `${what} in files`);
        const objects = [...(await listing(kubeconfig, form))];
        assert.deepEqual(
          objects.filter((object) => !object.startsWith("v1/Secret ")),
          [],
          `${what} in objects`,
        );
      }
      // No engine here loads a model, so the token goes nowhere at all.
      const needed = what !== "hfToken";
      assert.equal((await listing(kubeconfig, base64)).size > 0, needed, `${what} in Secrets`);
      assert.equal(shown.includes(value) || shown.includes(base64), needed, `${what} in the state, encrypted`);
    }
  });

  it("the state does not open with the empty passphrase", async () => {
    const { code, stdout, stderr } = await checkout.pulumiWithEmptyPassphrase(...decrypted);
    assert.notEqual(code, 0);
    assert.match(stderr, /passphrase/);
    for (const secret of [hfToken, apiKey, generatedKey]) assert.ok(!(stdout + stderr).includes(secret));
  });

  it("destroy by a plain pulumi leaves nothing of ours, and all of theirs", async () => {
    const { code, stdout, stderr } = await pulumi("destroy", "--yes", "--skip-preview");
    assert.equal(code, 0, stdout + stderr);
    // Deletion is asked for; the pods end in their own time, and ./bench destroy waits for that.
    const deadline = Date.now() + 90_000;
    while ((await ourLeftovers()).length > 0 && Date.now() < deadline) await sleep(1000);
    assert.deepEqual(await ourLeftovers(), []);
    assert.deepEqual(await uidsOf(checkout, everything), theirs);
    assert.equal(checkout.runs(stack).size, 4);
  });

  function ourLeftovers(): Promise<string[]> {
    return leftovers(kubeconfig, atFirst, [], process.env.LLMBENCH_TEST_CLUSTER_SHARED ? checkout.namespace : "");
  }

  async function podLogs(): Promise<string[]> {
    const pods = await objectsOf<V1Pod>(checkout, "pods");
    return pods.map(({ metadata }) => checkout.kubectl("logs", String(metadata?.name)));
  }
});

/** Files that hold a text; the dependencies are not ours. */
function grep(folder: string, text: string): string {
  try {
    return execFileSync("grep", ["-rlaF", text, folder, "--exclude-dir=node_modules"], { encoding: "utf8" });
  } catch {
    return "";
  }
}
