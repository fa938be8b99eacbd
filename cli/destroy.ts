import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { clusterAccess, connect } from "../cluster/connection.ts";
import { waitUntilGone } from "../cluster/remains.ts";
import { clusterToken } from "./clusterToken.ts";
import { CommandError } from "./commandError.ts";
import { LiveLine } from "./liveLine.ts";
import { loadScenario } from "./loadScenario.ts";
import { engineOutput, withStack } from "./openStack.ts";
import { removeOwn } from "./takeOver.ts";
import { withoutReadBack } from "./withoutReadBack.ts";

export interface DestroyOptions {
  readonly verbose: boolean;
  /** The cluster does not exist any more: forget what was in it. */
  readonly clusterGone?: boolean;
}

/** Grace of the engine's pods and the removal of volumes. */
const goneSeconds = 180;

/** `./bench destroy STACK`: everything the stack deployed goes; results stay. */
export async function destroy(name: string, options: DestroyOptions): Promise<number> {
  // The provider's own switch: without it, objects of an unreachable cluster are an error, and rightly (pulumi-kubernetes#2463).
  if (options.clusterGone) process.env.PULUMI_K8S_DELETE_UNREACHABLE = "true";
  let deleted = 0;
  await withStack(name, async (stack, { unconfirmed }) => {
    const onEvent = ({ summaryEvent }: EngineEvent) => {
      deleted += summaryEvent?.resourceChanges.delete ?? 0;
    };
    const how = { suppressProgress: true, onEvent, ...engineOutput(options) };
    await withoutReadBack(stack)
      .destroy(how)
      .catch(async (error: unknown) => {
        // To uninstall a release that somebody else has uninstalled is an error for ever, until the state is told.
        if (!/Release not loaded: \S+ release: not found/.test(String(error))) throw error;
        await stack.refresh({ ...how, onEvent: () => {} });
        return stack.destroy(how);
      });
    if (unconfirmed.length > 0 && !options.clusterGone) {
      const { cluster } = loadScenario(name, "warn");
      if (cluster !== null) await removeOwn(unconfirmed, name, cluster, stack);
    }
  });
  if (!options.clusterGone) await waitForRemains(name);
  process.stdout.write(
    deleted === 0
      ? `Nothing of stack "${name}" was deployed.\n`
      : `Destroyed ${deleted} ${deleted === 1 ? "resource" : "resources"} of stack "${name}".\n`,
  );
  process.stdout.write(`Results stay in results/${name}.\n`);
  return 0;
}

async function waitForRemains(name: string): Promise<void> {
  const { cluster: settings, harness } = loadScenario(name, "warn");
  // A namespace of ours is gone with all that was in it: the provider waits for that.
  if (settings === null || settings.createNamespace) return;
  const line = new LiveLine(process.stderr);
  const left = await waitUntilGone(
    connect(clusterAccess(settings, clusterToken())),
    [...new Set([settings.namespace, harness.namespace])],
    name,
    { seconds: goneSeconds, onWait: (names) => line.update(`waiting until ${names.join(", ")} is gone`) },
  );
  line.end();
  if (left.length > 0) {
    throw new CommandError(
      `after ${goneSeconds} s there is still ${left.join(", ")} in the cluster`,
      "kubectl describe it: a finalizer or a node that does not answer holds it",
    );
  }
}
