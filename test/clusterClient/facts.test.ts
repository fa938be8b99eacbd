import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { V1Node, V1Pod } from "@kubernetes/client-node";
import { readAnswer } from "../../cluster/askReader.ts";
import { withoutSecrets } from "../../cluster/engineLog.ts";
import { writeFacts } from "../../cluster/facts.ts";
import { nodeFacts } from "../../cluster/nodeFacts.ts";
import { podFacts } from "../../cluster/podFacts.ts";

/** Recorded from a real API server. */
function recorded(name: string): V1Pod {
  return JSON.parse(readFileSync(new URL(`../clusterData/${name}.json`, import.meta.url), "utf8")).pod;
}

describe("facts of pods", () => {
  it("tell how often and how a container ended", () => {
    const facts = podFacts(recorded("crash"));
    assert.equal(facts.node, "bench-node");
    assert.equal(facts.readyAt, null);
    assert.match(facts.scheduledAt ?? "", /^\d{4}-.*Z$/);
    const [container] = facts.containers;
    assert.ok(container && container.restarts > 0);
    assert.equal(container.previousEnd?.exitCode, 3);
    assert.match(container.imageId ?? "", /^sha256:/);
  });

  it("hold null, not zero, for what never was", () => {
    const facts = podFacts(recorded("gpu-count"));
    assert.deepEqual([facts.node, facts.scheduledAt, facts.startedAt], [null, null, null]);
    assert.deepEqual([facts.containers[0]?.imageId, facts.containers[0]?.exitCode], [null, null]);
  });

  it("hold no value of an environment variable and no annotation", () => {
    const pod = recorded("crash");
    const secret = "markerOfTheEnvironment";
    Object.assign(pod.spec?.containers[0] ?? {}, { env: [{ name: "KEY", value: secret }] });
    Object.assign(pod.metadata ?? {}, { annotations: { "kubectl.kubernetes.io/last-applied-configuration": secret } });
    assert.ok(!JSON.stringify(podFacts(pod)).includes(secret));
  });
});

describe("facts of nodes", () => {
  const node = (labels: Record<string, string>): V1Node => ({ metadata: { name: "n", labels } });

  it("tell GPU and driver as each platform labels them", () => {
    const openshift = nodeFacts(
      node({ "nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3", "nvidia.com/cuda.driver-version.full": "570.86.15" }),
    );
    assert.deepEqual([openshift.gpuProduct, openshift.driverVersion], ["NVIDIA-H100-80GB-HBM3", "570.86.15"]);
    const parts = { major: "550", minor: "107", rev: "02" };
    const older = Object.entries(parts).map(([part, value]) => [`nvidia.com/cuda.driver.${part}`, value]);
    assert.equal(nodeFacts(node(Object.fromEntries(older))).driverVersion, "550.107.02");
    const gke = nodeFacts(node({ "cloud.google.com/gke-accelerator": "nvidia-tesla-a100" }));
    assert.deepEqual([gke.gpuProduct, gke.driverVersion], ["nvidia-tesla-a100", null]);
  });
});

describe("an engine's log", () => {
  it("is kept without keys, and otherwise as it is", () => {
    const log = [
      "non-default args: {'model': 'm', 'api_key': ['k-123456789'], 'max_model_len': 4096}",
      "401 for hf_AbCdEfGhIjKlMnOpQrSt, sent as Authorization: Bearer abcdef123456",
      "GPU KV cache size: 27,273 tokens",
    ].join("\n");
    const kept = withoutSecrets(log);
    for (const secret of ["k-123456789", "hf_AbC", "abcdef123456"]) assert.ok(!kept.includes(secret), kept);
    assert.match(kept, /'max_model_len': 4096\}/);
    assert.match(kept, /GPU KV cache size: 27,273 tokens/);
  });
});

describe("written facts", () => {
  it("say why something is missing, and how much of a log was cut", () => {
    const folder = mkdtempSync(join(tmpdir(), "facts-"));
    try {
      writeFacts(
        {
          context: "c",
          server: "https://c:6443",
          serverVersion: { value: null, reason: "HTTP 403: forbidden" },
          pods: { value: null, reason: "HTTP 403: pods is forbidden" },
          nodes: { value: [], reason: null },
          events: { value: [], reason: null },
          engineLogs: [
            {
              pod: "p",
              container: "vllm",
              previous: false,
              log: { value: { text: "end\n", cutBytes: 7 }, reason: null },
            },
          ],
        },
        folder,
      );
      const read = (name: string) => readFileSync(join(folder, "environment", name), "utf8");
      assert.deepEqual(JSON.parse(read("pods.json")), { pods: null, reason: "HTTP 403: pods is forbidden" });
      assert.match(read("engine_log.txt"), /pod p, container vllm, without its first 7 bytes\nend\n/);
      assert.equal(
        read("context.ctx"),
        "context: c\nserver: https://c:6443\nversion: not known (HTTP 403: forbidden)\n",
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("an answer of the reader", () => {
  it("may come late, after lines that only say that it is coming", () => {
    const header = { parts: [2], codec: "plain", wireBytes: 2 };
    const { body } = readAnswer(Buffer.from(`\n\n${JSON.stringify(header)}\nab`));
    assert.equal(body.toString(), "ab");
  });
});
