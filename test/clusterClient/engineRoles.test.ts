import assert from "node:assert/strict";
import type { V1Pod } from "@kubernetes/client-node";
import { enginePod } from "../../cluster/enginePods.ts";
import { engineProgressLine, slowestFirst } from "../../cluster/engineProgress.ts";
import { complaintOf } from "../../cluster/gateway.ts";
import { addressOf } from "../../cluster/gatewayAddress.ts";
import type { LeaderWorkerSet } from "../../cluster/leaderWorkerSet.ts";
import { diagnosePod } from "../../cluster/podDiagnosis.ts";
import { judgeMembers } from "../../cluster/poolMembers.ts";
import { splitSet } from "../../cluster/workloadState.ts";

const progress = {
  target: "a",
  elapsedSeconds: 12,
  etaSeconds: null,
  downloadedBytes: null,
  totalBytes: null,
  loadedShare: null,
  roles: [],
  detail: null,
};

describe("progress of an engine of several roles", () => {
  it("is told for each role that is not ready, the slowest first", () => {
    const roles = slowestFirst([
      { role: "decode", ready: 1, wanted: 3, phase: "loading", loadedShare: 0.4 },
      { role: "router", ready: 0, wanted: 1, phase: "pulling", loadedShare: null },
    ]);
    assert.equal(
      engineProgressLine({ ...progress, phase: "pulling", roles }),
      "engine a: router 0/1 pods ready, pulling; decode 1/3 pods ready, loading 40 % of the weights, 12 s so far",
    );
  });

  it("of one Deployment is as it was", () => {
    assert.equal(
      engineProgressLine({ ...progress, phase: "loading", loadedShare: 0.5, detail: "slow" }),
      "engine a: loading 50 % of the weights, 12 s so far (slow)",
    );
    assert.equal(engineProgressLine({ ...progress, phase: "ready" }), "engine a: ready");
  });
});

describe("a LeaderWorkerSet", () => {
  const set = (status: object): LeaderWorkerSet => ({
    apiVersion: "leaderworkerset.x-k8s.io/v1",
    kind: "LeaderWorkerSet",
    metadata: { name: "m" },
    spec: { replicas: 1, leaderWorkerTemplate: { size: 2 } },
    status,
  });
  const done = { replicas: 1, readyReplicas: 1, updatedReplicas: 1 };
  const pod = (uid: string, revision: string, born: number): V1Pod => ({
    metadata: {
      uid,
      creationTimestamp: new Date(born),
      labels: { "leaderworkerset.sigs.k8s.io/template-revision-hash": revision },
    },
  });

  it("is ready with all pods of its groups, not with its leaders alone", () => {
    const both = splitSet(set(done), [pod("a", "r1", 1), pod("b", "r1", 2)]);
    assert.deepEqual([both.rolledOut, both.wanted, both.old.length], [true, 2, 0]);
    assert.equal(splitSet(set(done), [pod("a", "r1", 1)]).rolledOut, false);
    assert.equal(splitSet(set({ ...done, readyReplicas: 0 }), [pod("a", "r1", 1), pod("b", "r1", 2)]).rolledOut, false);
  });

  it("knows pods of the revision before", () => {
    const { current, old } = splitSet(set(done), [pod("a", "r1", 1), pod("b", "r2", 2), pod("c", "r2", 3)]);
    assert.deepEqual(
      [current.map(({ metadata }) => metadata?.uid), old.map(({ metadata }) => metadata?.uid)],
      [["b", "c"], ["a"]],
    );
  });
});

describe("the pool of an endpoint picker", () => {
  const member = (uid: string, labels: Record<string, string> = {}): V1Pod => ({
    metadata: { uid, name: uid, labels },
  });
  const [a, b] = [member("a", { app: "x" }), member("b", { app: "x" })];

  it("holds all pods of the model and no others", () => {
    assert.equal(judgeMembers("app=x", [a, b], [a, b]), null);
  });

  it("that selects nothing is a fault, with both sides of the selector", () => {
    const problem = judgeMembers("app=y", [], [a, b]);
    assert.match(
      problem?.message ?? "",
      /does not hold pod a \(2 of 2 of the model's\): it selects app=y, the pod has app=x/,
    );
  });

  it("that holds a pod of somebody else is one too", () => {
    assert.match(judgeMembers("app=x", [a, b, member("c")], [a, b])?.message ?? "", /holds pod c as well/);
  });

  it("may leave out the workers of a group, whose leader takes the requests", () => {
    const worker = member("w", { "leaderworkerset.sigs.k8s.io/worker-index": "1" });
    assert.equal(judgeMembers("app=x", [a], [a, worker]), null);
    assert.equal(judgeMembers("app=x", [a, worker], [a, worker]), null);
  });
});

describe("a sidecar, which is an init container that is always restarted", () => {
  const pod = (sidecar: object, main: object = { running: {} }): V1Pod =>
    ({
      metadata: { name: "p", uid: "u" },
      spec: {
        nodeName: "n",
        restartPolicy: "Always",
        initContainers: [{ name: "routing-proxy", restartPolicy: "Always" }, { name: "wait-for-model" }],
        containers: [{ name: "engine" }],
      },
      status: {
        phase: "Running",
        initContainerStatuses: [
          { name: "routing-proxy", restartCount: 3, image: "i", imageID: "", ready: false, ...sidecar },
          {
            name: "wait-for-model",
            restartCount: 0,
            image: "i",
            imageID: "",
            ready: true,
            state: { terminated: { exitCode: 0, reason: "Completed" } },
          },
        ],
        containerStatuses: [{ name: "engine", restartCount: 0, image: "i", imageID: "", ready: true, state: main }],
      },
    }) as unknown as V1Pod;
  const crashed = {
    state: { waiting: { reason: "CrashLoopBackOff" } },
    lastState: { terminated: { exitCode: 2, reason: "Error" } },
  };

  it("that crashes is diagnosed by its name and log", () => {
    const found = diagnosePod(pod(crashed), [], null);
    assert.equal(found?.fatal, true);
    assert.match(found?.message ?? "", /container routing-proxy ended by itself with exit code 2/);
    assert.deepEqual(found?.log, { container: "routing-proxy", previous: true });
  });

  it("that runs is fine beside an init container that has done its work", () => {
    assert.equal(diagnosePod(pod({ restartCount: 0, state: { running: {} } }), [], null), null);
  });

  it("counts among the containers of its engine, whose restarts spoil a run", () => {
    const { containers, role } = enginePod(pod(crashed), "decode");
    assert.equal(role, "decode");
    assert.deepEqual(
      containers.map(({ name, restartCount }) => [name, restartCount]),
      [
        ["engine", 0],
        ["routing-proxy", 3],
      ],
    );
  });
});

describe("a Gateway's status", () => {
  const conditions = [
    { type: "Accepted", status: "True" },
    { type: "Programmed", status: "False", reason: "AddressNotAssigned", message: "no proxy-only subnet" },
  ];

  it("tells its address once it has one", () => {
    assert.equal(addressOf({ status: {} }), null);
    assert.equal(addressOf({ status: { addresses: [{ value: "10.1.2.3" }] } }), "10.1.2.3");
  });

  it("tells why there is none, in its provider's words", () => {
    const said = complaintOf({ metadata: { name: "g" }, status: { conditions } });
    assert.equal(said, "Gateway g is not Programmed (AddressNotAssigned): no proxy-only subnet");
    assert.equal(complaintOf({ metadata: { name: "g" } }), null);
  });
});
