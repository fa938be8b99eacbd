import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { V1Pod, V1SecurityContext } from "@kubernetes/client-node";
import { createNamespace, deleteNamespace, describeOnCluster, namespaceName, testCore } from "./equipment/cluster.ts";
import { loadImage } from "./equipment/nodeImage.ts";
import { importVllmImage, vllmImage } from "./equipment/vllm/image.ts";

const locked: V1SecurityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
// As OpenShift assigns it: no entry in /etc/passwd.
const podSecurity = { runAsNonRoot: true, runAsUser: 1_000_680_000, seccompProfile: { type: "RuntimeDefault" } };
const key = "sk-the-engines-key";

describeOnCluster("stand-in image of vLLM", () => {
  const namespace = namespaceName("image");

  before(async function () {
    if (loadImage === undefined) {
      console.log("    skipped: LLMBENCH_TEST_LOAD_IMAGE names no command that loads an image");
      this.skip();
    }
    await importVllmImage();
    await createNamespace(namespace);
  });
  after(async () => {
    await deleteNamespace(namespace);
  });

  const start = async (name: string, command: string[]): Promise<void> => {
    const body: V1Pod = {
      metadata: { name },
      spec: {
        restartPolicy: "Never",
        securityContext: podSecurity,
        containers: [
          {
            name: "main",
            image: vllmImage,
            imagePullPolicy: "Never",
            command,
            env: [
              { name: "HOME", value: "/tmp" },
              { name: "VLLM_API_KEY", value: key },
              { name: "HF_TOKEN", value: "any" },
            ],
            securityContext: locked,
            readinessProbe: { httpGet: { path: "/health", port: 8000 }, periodSeconds: 1 },
          },
        ],
      },
    };
    await testCore().createNamespacedPod({ namespace, body });
  };

  const podOnce = async (name: string, isSo: (pod: V1Pod) => boolean): Promise<V1Pod> => {
    const deadline = Date.now() + 90_000;
    for (;;) {
      const pod = await testCore().readNamespacedPod({ namespace, name });
      if (isSo(pod)) return pod;
      if (Date.now() > deadline) throw new Error(`pod ${name} is still ${JSON.stringify(pod.status)}`);
      await sleep(300);
    }
  };
  const ended = async (name: string) => {
    const pod = await podOnce(name, ({ status }) => status?.phase === "Failed" || status?.phase === "Succeeded");
    const log = await testCore().readNamespacedPodLog({ namespace, name });
    return { code: pod.status?.containerStatuses?.[0]?.state?.terminated?.exitCode, log };
  };

  it("downloads, loads for some seconds, serves the model, and wants its key", async () => {
    const model = "meta-llama/Llama-3.1-8B-Instruct";
    const serve = `vllm serve /tmp/model --served-model-name ${model} --host 0.0.0.0 --port 8000 --max-model-len 4096`;
    await start("engine", ["sh", "-c", `hf download ${model} --revision main --local-dir /tmp/model && exec ${serve}`]);
    const pod = await podOnce("engine", ({ status }) =>
      Boolean(status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True")),
    );
    const started = pod.status?.containerStatuses?.[0]?.state?.running?.startedAt?.getTime() as number;
    const ready = pod.status?.conditions?.find(({ type }) => type === "Ready")?.lastTransitionTime?.getTime() as number;
    assert.ok(ready - started >= 2000, `ready ${ready - started} ms after the start`);
    const log = await testCore().readNamespacedPodLog({ namespace, name: "engine" });
    assert.match(log, /Loading safetensors checkpoint shards: 100% Completed \| 2\/2/);
    assert.match(log, /GPU KV cache size: [\d,]+ tokens/);
    assert.ok(!log.includes(key));

    const models = (headers: Record<string, string>) =>
      fetch(`http://${pod.status?.podIP}:8000/v1/models`, { headers, signal: AbortSignal.timeout(10_000) });
    assert.equal((await models({})).status, 401);
    const answer = await models({ authorization: `Bearer ${key}` });
    assert.equal(answer.status, 200);
    const { data } = (await answer.json()) as { data: { id: string; max_model_len: number }[] };
    assert.deepEqual([data[0]?.id, data[0]?.max_model_len], [model, 4096]);
  });

  it("refuses arguments that it does not know", async () => {
    await start("misspelt", ["vllm", "serve", "/tmp/model", "--max-model-length", "4096"]);
    const { code, log } = await ended("misspelt");
    assert.equal(code, 2);
    assert.match(log, /vllm: error: unrecognized arguments: --max-model-length 4096/);
  });

  it("does not serve a folder without a model", async () => {
    await start("empty", ["vllm", "serve", "/tmp", "--served-model-name", "Qwen/Qwen3-0.6B"]);
    const { code, log } = await ended("empty");
    assert.equal(code, 1);
    assert.match(log, /config\.json|no model/);
  });
});
