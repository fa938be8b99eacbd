import type { V1Pod } from "@kubernetes/client-node";
import type { Scenario } from "../scenario/scenario.ts";
import { nodeImageOf } from "./images.ts";
import { labels } from "./labels.ts";
import { type RunIdentity, readerPodName, resultsClaim, resultsMount, runnerServiceAccount } from "./names.ts";
import { harnessNamespace } from "./namespaces.ts";
import { containerSecurityContext, podSecurityContext } from "./podSecurity.ts";

/** Long enough for hundreds of GB; a collection that takes up again gets a new reader. */
const lifetimeSeconds = 3600;

/**
 * Pod that does nothing but mount the results, read-only, so that files can be fetched by exec: one cannot exec into a
 * pod that has ended (kubernetes/kubectl#454). It goes with its Job (`owner`), but `controller: false` and labels of its
 * own keep the Job from counting it as one of its pods; null: the Job is gone. `node`: where the Job ran, and so where a ReadWriteOnce volume
 * need not be moved; null: unknown.
 */
export function readerPod(
  scenario: Scenario,
  run: RunIdentity,
  owner: { readonly name: string; readonly uid: string } | null,
  node: string | null,
): V1Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: readerPodName(scenario, run),
      namespace: harnessNamespace(scenario),
      labels: labels(scenario, "reader", { run: run.runId }),
      ownerReferences: owner
        ? [{ apiVersion: "batch/v1", kind: "Job", ...owner, controller: false, blockOwnerDeletion: false }]
        : [],
    },
    spec: {
      restartPolicy: "Never",
      activeDeadlineSeconds: lifetimeSeconds,
      terminationGracePeriodSeconds: 0,
      serviceAccountName: scenario.harness.serviceAccount ?? runnerServiceAccount,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: podSecurityContext(scenario),
      ...(node === null ? {} : { affinity: near(node) }),
      containers: [
        {
          name: "reader",
          image: nodeImageOf(scenario),
          // sleep alone, as PID 1, would not die of SIGTERM.
          command: ["sh", "-c", `trap 'exit 0' TERM; sleep ${lifetimeSeconds} & wait`],
          // Limits leave room for the programs that exec starts beside it.
          resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "2", memory: "512Mi" } },
          securityContext: containerSecurityContext({ readOnlyRoot: true }),
          volumeMounts: [{ name: "results", mountPath: resultsMount, readOnly: true }],
        },
      ],
      volumes: [{ name: "results", persistentVolumeClaim: { claimName: resultsClaim } }],
    },
  };
}

function near(node: string): NonNullable<NonNullable<V1Pod["spec"]>["affinity"]> {
  const matchFields = [{ key: "metadata.name", operator: "In", values: [node] }];
  return {
    nodeAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, preference: { matchFields } }],
    },
  };
}
