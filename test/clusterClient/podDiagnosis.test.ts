import assert from "node:assert/strict";
import type { CoreV1Event, V1Pod } from "@kubernetes/client-node";
import { diagnoseCreation } from "../../cluster/creationDiagnosis.ts";
import type { Diagnosis } from "../../cluster/diagnosis.ts";
import { Standing } from "../../cluster/observe.ts";
import { diagnosePod, podPhase } from "../../cluster/podDiagnosis.ts";
import { refusedPods } from "../../cluster/rollout.ts";
import { deploymentData, podData } from "./clusterData.ts";

function diagnose(name: string): Diagnosis | null {
  const { pod, events, nodes } = podData(name);
  return diagnosePod(pod, events, nodes);
}

function of(name: string): Diagnosis {
  const found = diagnose(name);
  assert.ok(found, `${name} is diagnosed`);
  return found;
}

/** Fault -> state, fatal (or the seconds after which it is), what the message says, what the next step says. */
const faults: readonly [string, Diagnosis["state"], true | number | null, RegExp, RegExp][] = [
  [
    "gpu-label",
    "scheduling",
    600,
    /0 of 1 nodes have the label cloud.google.com\/gke-accelerator=nvidia-a100-80gb; none has that key/,
    /node pool/,
  ],
  [
    "gpu-count",
    "scheduling",
    600,
    /asks for 16 nvidia.com\/gpu, the largest of 1 fitting nodes has 0 nvidia.com\/gpu/,
    /fewer GPUs/,
  ],
  [
    "cpu-count",
    "scheduling",
    600,
    /asks for 500 CPU, the largest of 1 fitting nodes has 2 CPU \(scheduler: 0\/1 nodes are available: 1 Insufficient cpu\)/,
    /ask for less/,
  ],
  [
    "claim-no-class",
    "storage",
    true,
    /claim "no-class", which cannot be bound: storageclass.storage.k8s.io "premium-rwo" not found/,
    /cluster.storageClass/,
  ],
  [
    "claim-no-rwx",
    "storage",
    10,
    /claim "no-rwx".*does not support access mode ReadWriteMany/,
    /accessMode to ReadWriteOnce/,
  ],
  [
    "claim-no-provisioner",
    "storage",
    300,
    /claim "no-provisioner": the provisioner example.com\/nobody has not made a volume/,
    /does not run/,
  ],
  ["claim-missing", "storage", 30, /claim "nowhere", which is not there/, /modelStorage.claim/],
  ["mount-missing", "storage", 30, /cannot mount the configmap "nowhere"/, /up again/],
  [
    "image-pull",
    "pulling",
    true,
    /cannot pull the image docker.io\/vllm\/vllm-openai:v9.99.9 \(5 times\): failed to do request.*network is unreachable/,
    /reach the registry/,
  ],
  ["image-name", "pulling", true, /image name that is none.*must be lowercase/, /engine.image/],
  ["image-never", "pulling", true, /not on node bench-node and may not be pulled/, /load the image/],
  ["secret-missing", "creating", 20, /needs the secret "nowhere"/, /up again/],
  ["secret-key-missing", "creating", 20, /needs the key "apiKey" of the Secret b-faults\/has-no-key/, /up again/],
  [
    "run-as-root",
    "creating",
    true,
    /not allowed to start: container has runAsNonRoot and image will run as root/,
    /number other than 0/,
  ],
  ["crash", "crashed", true, /container vllm ended by itself with exit code 3, 6 times so far/, /log below/],
  [
    "start-error",
    "crashed",
    true,
    /cannot start its program: exec: "vllm": executable file not found in \$PATH$/,
    /check the image/,
  ],
  ["oom", "crashed", true, /ran out of memory: container vllm was killed at its limit of 64Mi/, /raise engine.memory/],
  [
    "never-ready",
    "crashed",
    true,
    /did not answer in time.*Startup probe failed.*connection refused/,
    /readyTimeoutSeconds/,
  ],
  ["failed", "crashed", true, /container harness ended by itself with exit code 4$/, /log below/],
  [
    "evicted",
    "lost",
    true,
    /was evicted on node bench-node: Usage of EmptyDir volume "s" exceeds the limit "5Mi"/,
    /size limit/,
  ],
];

describe("diagnosis of a pod, over what a real kubelet said", () => {
  for (const [name, state, fatal, message, next] of faults) {
    it(name, () => {
      const found = of(name);
      assert.match(found.message, message);
      assert.match(found.next, next);
      assert.equal(found.state, state);
      assert.equal(found.fatal ? true : found.patienceSeconds, fatal);
    });
  }

  it("names the container whose log tells more, of its last life where it waits for the next", () => {
    assert.deepEqual(of("crash").log, { container: "vllm", previous: true });
    assert.deepEqual(of("failed").log, { container: "harness", previous: false });
    assert.equal(of("image-pull").log, null);
  });

  it("without the right to list nodes it tells the scheduler's words, and gives up at the deadline only", () => {
    const { pod, events } = podData("gpu-label");
    const found = diagnosePod(pod, events, null);
    assert.match(
      found?.message ?? "",
      /^cannot be scheduled: 0\/1 nodes are available: 1 node\(s\) didn't match Pod's node affinity\/selector$/,
    );
    assert.equal(found?.patienceSeconds, null);
  });

  it("a pool that scales up is waited for", () => {
    const { pod, events, nodes } = podData("gpu-label");
    const scaling = {
      ...(events[0] as CoreV1Event),
      reason: "TriggeredScaleUp",
      message: "pod triggered scale-up: [{gpu-pool 0->1 (max: 2)}]",
    };
    const found = diagnosePod(pod, [...events, scaling], nodes);
    assert.match(found?.message ?? "", /waits for a new node: pod triggered scale-up/);
    assert.equal(found?.patienceSeconds, null);
  });

  it("a node that other pods fill is waited for until the deadline", () => {
    const { pod, events, nodes } = podData("gpu-count");
    const large = nodes.map((node) => ({
      ...node,
      status: { ...node.status, allocatable: { "nvidia.com/gpu": "16" } },
    }));
    const found = diagnosePod(pod, events, large);
    assert.match(found?.message ?? "", /Insufficient nvidia.com\/gpu/);
    assert.equal(found?.patienceSeconds, null);
  });

  it("a registry's refusal is fatal at once, a fault of the network after the second pull", () => {
    const { pod, events, nodes } = podData("image-pull");
    const first = events.filter(({ reason }) => reason !== "Failed");
    assert.equal(diagnosePod(pod, first, nodes)?.fatal, false);
    const answers: readonly [string, RegExp][] = [
      ['failed to resolve reference "ghcr.io/a/b:c": ghcr.io/a/b:c: not found', /name and tag/],
      [
        'failed to resolve reference "x": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
        /pull secret/,
      ],
      [
        'failed to resolve reference "x": unexpected status from HEAD request to https://ghcr.io/v2/a/manifests/b: 403 Forbidden',
        /pull secret/,
      ],
      [
        "failed to copy: httpReadSeeker: failed open: unexpected status code https://x: 429 Too Many Requests - toomanyrequests: You have reached your pull rate limit",
        /limits pulls/,
      ],
    ];
    for (const [words, next] of answers) {
      const found = diagnosePod(pulling(pod, words), first, nodes);
      assert.equal(found?.fatal, true, words);
      assert.match(found?.next ?? "", next, words);
    }
  });

  it("an event of a mount that succeeded later is history", () => {
    const { pod, events, nodes } = podData("mount-missing");
    const pulled = { ...(events[0] as CoreV1Event), reason: "Pulling", message: 'Pulling image "x"' };
    assert.equal(diagnosePod(pod, [...events, pulled], nodes), null);
    assert.equal(podPhase(pod, [...events, pulled]), "pulling");
  });

  it("a volume that hangs on another node is waited for as long as a forced detach takes", () => {
    const { pod, events, nodes } = podData("mount-missing");
    const attach = {
      ...(events[0] as CoreV1Event),
      reason: "FailedAttachVolume",
      message:
        'Multi-Attach error for volume "pvc-1" Volume is already exclusively attached to one node and can\'t be attached to another',
    };
    const found = diagnosePod(pod, [attach], nodes);
    assert.match(found?.message ?? "", /volume that another node holds/);
    assert.equal(found?.patienceSeconds, 420);
  });

  it("a node that is gone or silent is named", () => {
    const { pod, events, nodes } = podData("mount-missing");
    const none = events.filter(({ reason }) => reason !== "FailedMount");
    assert.match(diagnosePod(pod, none, [])?.message ?? "", /on node bench-node, which is not in the cluster any more/);
    const silent = nodes.map((node) => ({
      ...node,
      status: { conditions: [{ type: "Ready", status: "Unknown", message: "Kubelet stopped posting node status." }] },
    }));
    assert.match(diagnosePod(pod, none, silent)?.message ?? "", /not ready: Kubelet stopped posting/);
  });

  it("says that a pod is taken away, and by whom", () => {
    const { pod, nodes } = podData("mount-missing");
    const conditions = [
      {
        type: "DisruptionTarget",
        status: "True",
        reason: "PreemptionByScheduler",
        message: "preempted by system-cluster-critical",
      },
    ];
    const found = diagnosePod({ ...pod, status: { ...pod.status, conditions } }, [], nodes);
    assert.match(found?.message ?? "", /taken away on node bench-node \(PreemptionByScheduler\)/);
    assert.equal(found?.state, "lost");
  });

  it("nothing is wrong with a program that restarted once", () => {
    const { pod, nodes, events } = podData("crash");
    const [status] = pod.status?.containerStatuses ?? [];
    assert.ok(status);
    const again = { ...status, restartCount: 1, state: { running: {} } };
    const running = (restartCount: number) => ({
      ...pod,
      status: { ...pod.status, containerStatuses: [{ ...again, restartCount }] },
    });
    assert.equal(diagnosePod(running(1), events, nodes), null);
    assert.match(diagnosePod(running(2), events, nodes)?.message ?? "", /exit code 3, 2 times so far/);
  });
});

describe("diagnosis of what gets no pod", () => {
  it("quota: may become free", () => {
    const found = diagnoseCreation(refusedPods(deploymentData("deployment-quota").deployment) ?? "");
    assert.match(
      found.message,
      /quota does not allow it: exceeded quota: gpus, requested: pods=1, used: pods=0, limited: pods=0$/,
    );
    assert.equal(found.fatal, false);
    const job = diagnoseCreation(deploymentData("job-quota").events.at(-1)?.message ?? "");
    assert.equal(job.message, found.message);
  });

  it("Pod Security: will stay so", () => {
    const { deployment, events } = deploymentData("deployment-restricted");
    const found = diagnoseCreation(refusedPods(deployment) ?? "");
    assert.match(found.message, /Pod Security Standard refuses it: violates PodSecurity "restricted:latest"/);
    assert.equal(found.fatal, true);
    assert.match(diagnoseCreation(events.at(-1)?.message ?? "").message, /^gets no pod, the namespace's Pod Security/);
  });
});

describe("a fault that lasts", () => {
  it("is fatal when its patience is over, counted anew after it went", () => {
    const standing = new Standing();
    const fault = of("secret-missing");
    assert.equal(standing.isFatal(fault, 0), false);
    assert.equal(standing.isFatal(fault, 19_999), false);
    assert.equal(standing.isFatal(null, 20_000), false);
    assert.equal(standing.isFatal(fault, 21_000), false);
    assert.equal(standing.isFatal(fault, 41_000), true);
  });

  it("is the same fault when only a number in it changes", () => {
    const standing = new Standing();
    const fault = of("secret-missing");
    standing.isFatal({ ...fault, message: "failed 1 times" }, 0);
    assert.equal(standing.isFatal({ ...fault, message: "failed 2 times" }, 20_000), true);
  });
});

function pulling(pod: V1Pod, words: string): V1Pod {
  const [status] = pod.status?.containerStatuses ?? [];
  assert.ok(status);
  const state = { waiting: { reason: "ErrImagePull", message: `failed to pull and unpack image "x": ${words}` } };
  return { ...pod, status: { ...pod.status, containerStatuses: [{ ...status, state }] } };
}
