import assert from "node:assert/strict";
import { CommandError } from "../../cli/commandError.ts";
import { explainEngineError, MissingPlugin } from "../../cli/explain.ts";

/** As the Automation API throws it: all that the CLI wrote is in the message. */
const explained = (text: string) =>
  explainEngineError(new Error(`code: 255\n stdout: \n stderr: ${text}\n err?: undefined\n`), "s") as CommandError;
/** What the Kubernetes provider says (provider.go, Create) around what the API server said. */
const creation = (kind: string, words: string) => `
Diagnostics:
  kubernetes:core/v1:${kind} (workspace-x):
    error: resource "urn:pulumi:s::llm-bench::llmbench:components:Workspace$kubernetes:core/v1:${kind}::workspace-x" was not successfully created by the Kubernetes API server: ${words}

  pulumi:pulumi:Stack (llm-bench-s):
    error: update failed
`;

/** API servers' own words, version 1.3x, and what is made of them. */
const cases: readonly { name: string; says: string; message: RegExp; next: RegExp }[] = [
  {
    name: "a namespace of somebody else",
    says: creation("Namespace", 'namespaces "default" already exists'),
    message: /^namespaces "default" is in the cluster already and does not belong to stack "s"$/,
    next: /createNamespace to false/,
  },
  {
    name: "an object of somebody else, of a kind with a group",
    says: creation("Deployment", 'deployments.apps "vllm-standalone-a" already exists'),
    message: /^deployments "vllm-standalone-a" is in the cluster already/,
    next: /another cluster\.namespace/,
  },
  {
    name: "a claim on its way out",
    says: creation(
      "PersistentVolumeClaim",
      'object is being deleted: persistentvolumeclaims "workload-pvc" already exists',
    ),
    message: /^persistentvolumeclaims "workload-pvc" of stack "s" is still being deleted/,
    next: /up s again in a minute/,
  },
  {
    name: "a namespace on its way out",
    says: creation("Namespace", 'object is being deleted: namespaces "bench" already exists'),
    message: /^namespaces "bench" of stack "s" is still being deleted/,
    next: /up s again in a minute/,
  },
  {
    name: "something new in a namespace on its way out",
    says: creation(
      "ConfigMap",
      'configmaps "b" is forbidden: unable to create new content in namespace bench because it is being terminated',
    ),
    message: /^namespace "bench" of stack "s" is still being deleted/,
    next: /up s again in a minute/,
  },
  {
    name: "a right that is missing",
    says: creation(
      "Namespace",
      'namespaces is forbidden: User "jane" cannot create resource "namespaces" in API group "" at the cluster scope',
    ),
    message: /^the cluster refuses it: User "jane" cannot create resource "namespaces"/,
    next: /preview s lists all/,
  },
  {
    name: "a chart whose home cannot be reached",
    says: 'error: kubernetes:helm.sh/v3:Release resource "engine-a-a-router": property chart value {oci://registry.k8s.io/charts/standalone} has a problem: failed to perform "FetchReference" on source: Get "https://registry.k8s.io/v2/": dial tcp: lookup registry.k8s.io: no such host; check the chart name and repository configuration.\n',
    message: /^chart oci:\/\/registry\.k8s\.io\/charts\/standalone of stack "s" cannot be had: .*no such host$/,
    next: /llmd\.charts/,
  },
  {
    name: "a cluster that is not there",
    says: "\nerror: configured Kubernetes cluster is unreachable: unable to load schema information from the API server: dial tcp 127.0.0.1:9: connect: connection refused",
    message: /^the cluster of stack "s" cannot be reached: .*connection refused$/,
    next: /destroy s --cluster-gone/,
  },
  {
    name: "the same at a refresh",
    says: "\nerror: failed to read resource state due to unreachable cluster. If the cluster was deleted, you can remove this resource",
    message: /^the cluster of stack "s" cannot be reached/,
    next: /--cluster-gone/,
  },
  {
    name: "a state that is locked",
    says: "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with `pulumi cancel`.\n  file:///s/.pulumi/locks/a.json: created by me@host (pid 7) at 2026-11-22T10:00:00Z\n",
    message: /locked: me@host \(pid 7\) at 2026-11-22T10:00:00Z/,
    next: /\.\/bench cancel s/,
  },
  {
    name: "another passphrase",
    says: "error: getting secrets manager: passphrase must be set with PULUMI_CONFIG_PASSPHRASE: incorrect passphrase",
    message: /passphrase does not open the secrets of stack "s"/,
    next: /\.bench\/passphrase/,
  },
];

describe("what the engine complains of", () => {
  for (const { name, says, message, next } of cases) {
    it(`${name}: one message with a next step`, () => {
      const error = explained(says);
      assert.ok(error instanceof CommandError);
      assert.match(error.message, message);
      assert.match(error.next, next);
      assert.doesNotMatch(error.message, /urn:pulumi/);
    });
  }

  it("a provider that is not installed is named with its version, and is an error of its own", () => {
    const error = explained(
      "  pulumi:providers:kubernetes cluster  error: no resource plugin 'pulumi-resource-kubernetes' found in the workspace at version v4.34.2 or on your $PATH",
    );
    assert.ok(error instanceof MissingPlugin);
    assert.equal(error.message, "the provider kubernetes v4.34.2 of the Pulumi engine is not installed");
    assert.match(error.next, /pulumi plugin install resource kubernetes 4\.34\.2 --file/);
  });

  it("a download of a provider that fails is the same kind of error", () =>
    assert.ok(
      explained("error: error downloading plugin kubernetes: dial tcp: no such host") instanceof MissingPlugin,
    ));

  it("anything else keeps the engine's own words, each once", () => {
    const error = explained("\nUpdating\n error: it is odd\n error: it is odd\n error: update failed\n");
    assert.equal(error.message, "the engine failed:\n  it is odd");
    assert.match(error.next, /--verbose/);
  });
});
