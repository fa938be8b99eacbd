import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dump, load } from "js-yaml";
import { serverOf } from "./equipment/apiServer.ts";
import { describeOnCluster } from "./equipment/cluster.ts";
import { ClusterCheckout } from "./equipment/clusterCheckout.ts";
import { moduleFolder } from "./equipment/crds.ts";
import { turn } from "./equipment/turn.ts";

// As in manifests/llmd/charts.ts; Go checks what it fetches, and nothing of it is kept here.
const gatewayApi = "sigs.k8s.io/gateway-api@v1.5.1";
const inferenceApi = "sigs.k8s.io/gateway-api-inference-extension@v1.5.0";

const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const ours = /\.(gateway|inference)\.networking\.(x-)?k8s\.io$/;

interface Definition {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

describeOnCluster("what a cluster's admin installs for llm-d, with a plain pulumi", (kubeconfig) => {
  const server = serverOf(kubeconfig);
  let checkout: ClusterCheckout;
  let giveBack = () => {};
  const pulumi = (...args: string[]) =>
    checkout.pulumi("--cwd", join(checkout.path, "llm-d-prerequisites"), "--stack", "test", ...args);
  // Into the stack's file, as `pulumi config set` does: that is a process for each key.
  const config = (values: Record<string, string>) => {
    const file = join(checkout.path, "llm-d-prerequisites", "Pulumi.test.yaml");
    const { config = {}, ...rest } = load(readFileSync(file, "utf8")) as { config?: Record<string, string> };
    const own = Object.entries(values).map(([key, value]) => [`llm-bench-llm-d-prerequisites:${key}`, value]);
    writeFileSync(file, dump({ ...rest, config: { ...config, ...Object.fromEntries(own) } }));
  };
  const installed = async () =>
    (await server.get<{ items: Definition[] }>(definitions)).items.filter(({ metadata }) => ours.test(metadata.name));

  before(async function () {
    giveBack = await turn("llm-d-definitions");
    const there = await installed();
    if (there.length > 0) {
      console.log(`    skipped: the cluster has ${there[0]?.metadata.name} already, and others may use it`);
      this.skip();
    }
    checkout = new ClusterCheckout("prerequisites");
    await checkout.ready();
    const { code, stderr } = await checkout.pulumi(
      "--cwd",
      join(checkout.path, "llm-d-prerequisites"),
      "stack",
      "init",
      "test",
    );
    assert.equal(code, 0, stderr);
    config({ platform: "kind" });
  });
  after(async () => {
    // What a failed test left; there was nothing before.
    if (checkout !== undefined)
      for (const { metadata } of await installed())
        await server.send("DELETE", `${definitions}/${metadata.name}`, undefined);
    checkout?.remove();
    giveBack();
  });

  it("without a gateway there is nothing to install", async () => {
    const { code, stdout, stderr } = await pulumi("preview");
    assert.equal(code, 0, stdout + stderr);
    assert.doesNotMatch(stdout, /CustomResourceDefinition/);
  });

  it("what is left to the platform and is not there is refused, with what to do", async () => {
    config({ gateway: "istio", gatewayApi: "leave" });
    const { code, stdout, stderr } = await pulumi("preview");
    assert.notEqual(code, 0);
    assert.match(stdout + stderr, /gatewayApi is left to the platform, and the cluster has no Gateway, /);
    assert.match(stdout + stderr, /set gatewayApi to install/);
    assert.doesNotMatch(stdout + stderr, /at .*\.ts:\d+/);
  });

  it("a preview shows each definition of the makers' files", async () => {
    config({
      gateway: "none",
      gatewayApi: "install",
      gatewayApiFrom: join(moduleFolder(gatewayApi), "config/crd/standard"),
      inferenceApi: "install",
      inferenceApiFrom: join(
        moduleFolder(inferenceApi),
        "config/crd/bases/inference.networking.k8s.io_inferencepools.yaml",
      ),
    });
    const { code, stdout, stderr } = await pulumi("preview");
    assert.equal(code, 0, stdout + stderr);
    for (const name of ["gateways", "httproutes", "gatewayclasses"])
      assert.match(stdout, new RegExp(`${name}\\.gateway\\.networking\\.k8s\\.io`));
    assert.match(stdout, /inferencepools\.inference\.networking\.k8s\.io/);
    assert.match(stdout, /ValidatingAdmissionPolicyBinding/);
  });

  it("up establishes them; a second one changes nothing", async () => {
    const { code, stdout, stderr } = await pulumi("up", "--yes", "--skip-preview");
    assert.equal(code, 0, stdout + stderr);
    const there = await installed();
    assert.equal(there.length, 9, there.map(({ metadata }) => metadata.name).join(", "));
    for (const { metadata, status } of there) {
      const established = status?.conditions?.find(({ type }) => type === "Established");
      assert.equal(established?.status, "True", metadata.name);
    }
    const again = await pulumi("preview", "--expect-no-changes");
    assert.equal(again.code, 0, again.stdout + again.stderr);
  });

  it("destroy is refused while definitions are protected", async () => {
    const { code, stdout, stderr } = await pulumi("destroy", "--yes", "--skip-preview");
    assert.notEqual(code, 0);
    assert.match(stdout + stderr, /protected/);
    assert.equal((await installed()).length, 9);
  });

  it("after removable and up, destroy takes all of it away", async () => {
    config({ removable: "true" });
    const up = await pulumi("up", "--yes", "--skip-preview");
    assert.equal(up.code, 0, up.stdout + up.stderr);
    const { code, stdout, stderr } = await pulumi("destroy", "--yes", "--skip-preview");
    assert.equal(code, 0, stdout + stderr);
    assert.deepEqual(await installed(), []);
    const policies = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
    const { items } = await server.get<{ items: Definition[] }>(policies);
    assert.ok(!items.some(({ metadata }) => metadata.name.includes("gateway.networking")));
  });
});
