import type { V1Job } from "@kubernetes/client-node";
import type { LlmdTarget, Scenario } from "../../scenario/scenario.ts";
import { codeMount } from "../codeConfigMap.ts";
import { harnessBundleManifest } from "../harnessJob.ts";
import { apiKeyEnv, fromSecret, harnessProgram, startSeconds } from "../harnessPod.ts";
import { nodeImageOf } from "../images.ts";
import type { EngineEndpoint, SourceBundle } from "../kubernetesObject.ts";
import { podLabels } from "../labels.ts";
import { runnerServiceAccount } from "../names.ts";
import { harnessNamespace } from "../namespaces.ts";
import { containerSecurityContext, podSecurityContext } from "../podSecurity.ts";

/** Of a run that nobody came back for. */
const keptSeconds = 300;

/** Longest wait for a completion of pods that are ready: what is still missing is a matter of routes and endpoints. */
export const completionSeconds = 300;

/**
 * Asks for one token by the way that a run's load will take, from where that will come. It is made by who waits, and
 * removed: an engine is asked each time that it is waited for, so a route that broke since is found before a run.
 */
export function completionJob(
  scenario: Scenario,
  target: LlmdTarget,
  { url, servedModel, apiKeySecret }: EngineEndpoint,
  bundle: SourceBundle,
): V1Job {
  const labels = podLabels(scenario, "harness", { target: target.name });
  const metadata = { name: `completion-${target.name}`, namespace: harnessNamespace(scenario), labels };
  const { imagePullSecret, serviceAccount } = scenario.harness;
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata,
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: startSeconds + completionSeconds,
      ttlSecondsAfterFinished: keptSeconds,
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: "Never",
          serviceAccountName: serviceAccount ?? runnerServiceAccount,
          ...(imagePullSecret === null ? {} : { imagePullSecrets: [{ name: imagePullSecret }] }),
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: podSecurityContext(scenario),
          terminationGracePeriodSeconds: 5,
          containers: [
            {
              name: "harness",
              image: nodeImageOf(scenario),
              command: ["node", harnessProgram, ...argumentsFor(target, url, servedModel, apiKeySecret !== null)],
              env: apiKeySecret === null ? [] : [fromSecret(apiKeyEnv, { ...apiKeySecret })],
              resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "1", memory: "256Mi" } },
              securityContext: containerSecurityContext({ readOnlyRoot: true }),
              terminationMessagePolicy: "FallbackToLogsOnError",
              volumeMounts: [{ name: "code", mountPath: codeMount, readOnly: true }],
            },
          ],
          volumes: [
            { name: "code", configMap: { name: harnessBundleManifest(scenario, bundle).metadata?.name as string } },
          ],
        },
      },
    },
  };
}

function argumentsFor({ llmd, engine }: LlmdTarget, url: string, model: string, hasKey: boolean): string[] {
  // A shorter prompt would never come to a prefill pod; from which length on, plugins of the user's do not tell. A word is three tokens or so.
  const enough = llmd.prefill === null ? 8 : (llmd.prefillThreshold ?? 1024) + 64;
  const words = Math.min(enough, Math.floor((engine.maxModelLen - 16) / 8));
  return [
    ...["--complete", url, "--model", model, "--wait-ready", String(completionSeconds)],
    ...["--prompt-words", String(Math.max(1, words))],
    ...(hasKey ? ["--api-key-env", apiKeyEnv] : []),
  ];
}
