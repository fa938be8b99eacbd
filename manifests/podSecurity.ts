import type { V1PodSecurityContext, V1SecurityContext } from "@kubernetes/client-node";
import { platformOf } from "../platform/index.ts";
import type { Scenario } from "../scenario/scenario.ts";

/** Of every pod: passes the Pod Security Standard "restricted", and takes a user id only where the platform assigns none. */
export function podSecurityContext(scenario: Scenario): V1PodSecurityContext {
  const { runAsUser, fsGroup } = platformOf(scenario.platform).podSecurity;
  return {
    runAsNonRoot: true,
    seccompProfile: { type: "RuntimeDefault" },
    ...(runAsUser === null ? {} : { runAsUser }),
    // Without OnRootMismatch the kubelet changes the owner of each file of a model cache before every start.
    ...(fsGroup === null ? {} : { fsGroup, fsGroupChangePolicy: "OnRootMismatch" }),
  };
}

/** Of every container. */
export function containerSecurityContext(options: { readonly readOnlyRoot: boolean }): V1SecurityContext {
  return {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    ...(options.readOnlyRoot ? { readOnlyRootFilesystem: true } : {}),
  };
}
