import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { V1Pod, V1Secret } from "@kubernetes/client-node";
import { guidellm } from "../../workloads/adapters/guidellm.ts";
import type { Ended } from "../engine/checkout.ts";
import { openshiftId } from "./equipment/admission/podPatch.ts";
import { type SmallNode, smallNode } from "./equipment/admission/smallNode.ts";
import { describeOnCluster } from "./equipment/cluster.ts";
import { ClusterCheckout } from "./equipment/clusterCheckout.ts";
import { importGuidellmImage, tokenizerFolder } from "./equipment/guidellm/image.ts";
import { findPython, guidellmPackages } from "./equipment/guidellm/packages.ts";
import { listing } from "./equipment/leftovers.ts";
import { loadImage } from "./equipment/nodeImage.ts";
import { harnesses, objectsOf, uidsOf } from "./equipment/objectsOf.ts";

const stack = "guidellm";
const requestsPerLoad = 20;

function config(tokenizer: string): Record<string, unknown> {
  return {
    // Takes no user id of its own, so that the one of OpenShift's admission is used.
    platform: "ocp",
    gpu: "h100-80",
    model: "llama-8b",
    method: "simulated",
    targets: [{ name: "ours", simulator: { speed: 20 } }],
    harness: "guidellm",
    workload: "sanity_concurrent",
    workloadOverrides: {
      "spec.profile.streams": [1, 4],
      "spec.constraints": [{ kind: "max_requests", count: requestsPerLoad }],
      "spec.data": [{ kind: "synthetic_text", prompt_tokens: 64, output_tokens: 16 }],
    },
    harnessSettings: { tokenizer, cpu: 0.5, memory: "1Gi", pvcSize: "1Gi", waitTimeoutSeconds: 300 },
  };
}

describeOnCluster("guidellm itself, as a Job", (kubeconfig) => {
  let checkout: ClusterCheckout;
  let pods: SmallNode | undefined;
  let firstRun: string;
  const said: string[] = [];
  const bench = async (...args: string[]): Promise<Ended> => {
    const ended = await checkout.bench(...args);
    said.push(ended.stdout, ended.stderr);
    return ended;
  };

  before(async function () {
    const skip = (why: string): never => {
      console.log(`    skipped: ${why}`);
      return this.skip();
    };
    if (loadImage === undefined) skip("LLMBENCH_TEST_LOAD_IMAGE names no command that loads an image");
    const python = await findPython();
    if (typeof python === "string") return skip(python);
    const packages = await guidellmPackages(python);
    if (typeof packages === "string") return skip(packages);
    importGuidellmImage(python, packages.folder);
    checkout = new ClusterCheckout(stack);
    await checkout.ready();
    pods = await smallNode(kubeconfig, checkout.namespace, "ocp");
    checkout.stack(stack, config(tokenizerFolder));
  });
  after(async () => {
    await pods?.remove();
    await checkout?.removeAll();
  });

  it("up runs it under a random user id with a read-only root, and imports what it left", async () => {
    const { code, stdout, stderr } = await bench("up", stack);
    assert.equal(code, 0, stderr + stdout);
    assert.match(stdout, /SIMULATED/);
    const [[name, manifest] = ["", null], ...more] = [...checkout.runs(stack)];
    firstRun = name;
    assert.equal(more.length, 0);
    assert.equal(`${manifest?.harness} ${manifest?.status} ${manifest?.reason}`, "guidellm complete null");
    assert.equal(manifest?.simulated, true, "the init container asked the engine");
    const [pod] = await objectsOf<V1Pod>(checkout, "pods", harnesses);
    const [container] = pod?.spec?.containers ?? [];
    assert.equal(container?.image, guidellm.image);
    assert.equal(container?.securityContext?.readOnlyRootFilesystem, true);
    assert.equal(pod?.spec?.securityContext?.runAsUser, openshiftId);
    assert.equal(
      pods?.sent.some(({ spec }) => spec?.securityContext?.runAsUser !== undefined),
      false,
    );
    assert.match(checkout.read(stack, name, "results/engine.json"), /simulator/);
    const { metadata } = JSON.parse(checkout.read(stack, name, "results/benchmarks.json"));
    assert.equal(metadata.guidellm_version, guidellm.version);
  });

  it("its requests are rows, and report and Benchmark Reports are written", async () => {
    const rows = checkout.read(stack, firstRun, "results/requests.csv").trim().split("\n");
    assert.ok(rows.length > 2 * requestsPerLoad, `${rows.length} lines of requests.csv`);
    const folder = join(checkout.results, stack, firstRun);
    const reports = readdirSync(join(folder, "analysis", "data")).filter((name) => /^benchmark_report_v/.test(name));
    assert.equal(reports.length, 2, "one for each load");
    assert.match(checkout.read(stack, firstRun, "report.html"), /SIMULATED/);
    assert.ok(existsSync(join(folder, "README.md")));
  });

  it("the engine's key is in its Secret alone, and encrypted in the state", async () => {
    const secrets = await objectsOf<V1Secret>(checkout, "secrets");
    const secret = secrets.find(({ metadata }) => metadata?.name === "ours-api-key");
    const base64 = secret?.data?.["api-key"] ?? "";
    const key = Buffer.from(base64, "base64").toString();
    assert.match(key, /^\w{40}$/);
    const [pod] = await objectsOf<V1Pod>(checkout, "pods", harnesses);
    said.push(checkout.kubectl("logs", String(pod?.metadata?.name), "--all-containers"));
    said.push((await checkout.pulumi("stack", "export", "--stack", stack)).stdout);
    for (const form of [key, base64.replace(/=+$/, "").slice(0, -1)]) {
      assert.equal(said.filter((text) => text.includes(form)).length, 0, "in what was printed");
      assert.equal(filesWith(checkout.path, form), "");
      const objects = [...(await listing(kubeconfig, form))];
      assert.deepEqual(
        objects.filter((object) => !object.startsWith("v1/Secret ")),
        [],
      );
    }
  });

  it("up again does nothing", async () => {
    const before = await uidsOf(checkout, "pods");
    const { code, stdout, stderr } = await bench("up", stack);
    assert.equal(code, 0, stderr + stdout);
    assert.deepEqual([...checkout.runs(stack).keys()], [firstRun]);
    assert.deepEqual(await uidsOf(checkout, "pods"), before);
  });

  it("where it fails, its own last words are the reason, and its log is kept", async () => {
    checkout.stack(stack, config("/opt/no-tokenizer"));
    const { code, stdout, stderr } = await bench("up", stack);
    assert.notEqual(code, 0, stderr + stdout);
    const [name = "", failed] = [...checkout.runs(stack)].find(([run]) => run !== firstRun) ?? [];
    assert.equal(failed?.status, "failed");
    assert.match(failed?.reason ?? "", /no-tokenizer/);
    assert.match(checkout.read(stack, name, "results/pod_log_response.txt"), /no-tokenizer/);
  });

  it("destroy leaves nothing", async () => {
    const { code, stderr } = await bench("destroy", stack);
    assert.equal(code, 0, stderr);
    await pods?.remove();
    pods = undefined;
    assert.deepEqual(await checkout.leftovers(), []);
  });
});

/** Files that hold a text; the dependencies are not ours. */
function filesWith(folder: string, text: string): string {
  try {
    return execFileSync("grep", ["-rlaF", text, folder, "--exclude-dir=node_modules"], { encoding: "utf8" });
  } catch {
    return "";
  }
}
