import assert from "node:assert/strict";
import type { ClusterAccess } from "../../cluster/connection.ts";
import { only, registered } from "./pulumiMocks.ts";

const identity = { context: "gke_p_us-central1-a_llm-bench", server: "https://203.0.113.7" };

async function providerOf(kubeconfig: ClusterAccess["kubeconfig"]) {
  const resources = await registered(async () => {
    const { clusterProvider } = await import("../../components/clusterProvider.ts");
    clusterProvider({ identity, kubeconfig, config: undefined as never });
  });
  return only(resources, "pulumi:providers:kubernetes", "cluster").inputs;
}

describe("the provider of a stack", function () {
  this.timeout(60_000);

  it("is for the resolved context and server, by a path to the kubeconfig", async () => {
    assert.deepEqual(await providerOf({ path: "/home/me/.kube/config" }), {
      kubeconfig: "/home/me/.kube/config",
      context: identity.context,
      clusterIdentifier: identity.server,
    });
  });

  it("keeps a kubeconfig that holds a token as a secret", async () => {
    assert.deepEqual(await providerOf({ secretText: "users: [{ user: { token: t } }]" }), {
      kubeconfig: { secret: "users: [{ user: { token: t } }]" },
      context: identity.context,
      clusterIdentifier: identity.server,
    });
  });
});
