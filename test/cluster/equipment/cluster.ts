import { randomBytes } from "node:crypto";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";

/** The cluster of the tests, any kubeconfig; undefined: there is none and what needs one is skipped. */
export const kubeconfig: string | undefined = process.env.LLMBENCH_TEST_KUBECONFIG || undefined;

export const skipReason = "LLMBENCH_TEST_KUBECONFIG names no kubeconfig";

/** `describe` for tests that need a cluster; without one they are skipped, and the title says why. */
export function describeOnCluster(title: string, body: (this: Mocha.Suite, kubeconfig: string) => void): void {
  if (kubeconfig === undefined) {
    describe.skip(`${title} (skipped: ${skipReason})`, () => it("needs a cluster"));
    return;
  }
  const path = kubeconfig;
  describe(title, function () {
    body.call(this, path);
  });
}

export function testConfig(): KubeConfig {
  if (kubeconfig === undefined) throw new Error(skipReason);
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  return config;
}

export function testCore(): CoreV1Api {
  return testConfig().makeApiClient(CoreV1Api);
}

/** `standin-3f2a`: a name that no other test uses at the same time. */
export function namespaceName(what: string): string {
  return `${what}-${randomBytes(2).toString("hex")}`;
}

/** The labels that make admission refuse what the restricted Pod Security Standard does not allow. */
export const restricted = {
  "pod-security.kubernetes.io/enforce": "restricted",
  "pod-security.kubernetes.io/enforce-version": "latest",
};

export async function createNamespace(name: string, labels: Record<string, string> = restricted): Promise<void> {
  await testCore().createNamespace({ body: { metadata: { name, labels } } });
}

/** Deletes a namespace if it is there, and waits until it has gone: 6 to 16 s, even when it is empty. */
export async function deleteNamespace(name: string): Promise<void> {
  const core = testCore();
  const isGone = (error: unknown) => (error as { code?: number }).code === 404;
  const gone = await core.deleteNamespace({ name }).then(
    () => false,
    (error: unknown) => isGone(error) || Promise.reject(error),
  );
  if (gone) return;
  const deadline = Date.now() + 120_000;
  for (;;) {
    const found = await core.readNamespace({ name }).catch((error: unknown) => {
      if (isGone(error)) return null;
      throw error;
    });
    if (found === null) return;
    if (Date.now() > deadline) throw new Error(`namespace ${name} is still ${found.status?.phase} after 120 s`);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}
