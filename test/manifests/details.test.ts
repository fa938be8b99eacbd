import assert from "node:assert/strict";
import type {
  V1ConfigMap,
  V1Deployment,
  V1Job,
  V1Namespace,
  V1PersistentVolumeClaim,
  V1Role,
  V1Service,
  V1ServiceAccount,
} from "@kubernetes/client-node";
import { manifestYaml } from "../../manifests/allManifests.ts";
import { engineManifests } from "../../manifests/engine.ts";
import { harnessJobName } from "../../manifests/names.ts";
import { readerPod } from "../../manifests/readerPod.ts";
import { workspaceManifests } from "../../manifests/workspace.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import { named, objectsOf } from "./pods.ts";
import { scenarios } from "./scenarios.ts";
import { bundles, scenarioOf } from "./stacks.ts";

const scenario = (name: string) => scenarios.get(name) as Scenario;
const namesOf = (objects: readonly { metadata?: { name?: string } }[]) => objects.map(({ metadata }) => metadata?.name);
const gke = { platform: "gke", gpu: "a100-80", model: "qwen3-8b" };

describe("metrics of several pods", () => {
  it("are asked of each, by a name that resolves to all of them; one pod needs none", () => {
    const cluster = { modelStorage: { accessMode: "ReadWriteMany", storageClass: "standard-rwx" } };
    const of = (replicas: number) => {
      const objects = objectsOf(
        scenarioOf({ ...gke, harness: "llmbench", workload: "local", engine: { replicas }, cluster }),
      );
      const files = named<V1ConfigMap>(objects, "ConfigMap").flatMap(({ data }) => data?.["plan.json"] ?? []);
      const plan = JSON.parse(files[0] as string) as { metrics?: { urls: string[] } };
      return { plan, services: named<V1Service>(objects, "Service") };
    };
    const { plan, services } = of(3);
    const [own, pods] = services;
    const { name, namespace } = pods?.metadata ?? {};
    assert.deepEqual(plan.metrics?.urls, [`http://${name}.${namespace}.svc:8000/metrics`]);
    assert.equal(name, `${own?.metadata?.name}-pods`);
    assert.deepEqual([pods?.spec?.clusterIP, pods?.spec?.publishNotReadyAddresses], ["None", true]);
    assert.deepEqual(pods?.spec?.selector, own?.spec?.selector);
    assert.equal(of(1).services.length, 1);
    assert.ok(!("metrics" in of(1).plan));
  });

  it("of an engine that runs already are asked where the stack file says", () => {
    const metricsUrls = ["http://router.serving.svc:9090/metrics", "http://10.0.0.7:9400/metrics"];
    const theirs = { name: "theirs", url: "http://llm.serving.svc:8000", servedModel: "m", metricsUrls };
    const objects = objectsOf(
      scenarioOf({ platform: "gke", harness: "llmbench", workload: "local", targets: [theirs] }),
    );
    const [file] = named<V1ConfigMap>(objects, "ConfigMap").flatMap(({ data }) => data?.["plan.json"] ?? []);
    assert.deepEqual(JSON.parse(file as string).metrics, { urls: metricsUrls });
  });
});

describe("workspace manifests", () => {
  it("give the collector no Secrets, and the rights of the reader only where results are", () => {
    const roles = named<V1Role>(objectsOf(scenario("a namespace of its own for the load generator")), "Role");
    const verbs = ({ rules = [] }: V1Role) =>
      rules.flatMap(({ resources = [], verbs }) => resources.map((resource) => `${resource} ${verbs.join(",")}`));
    assert.deepEqual(
      roles.map(({ metadata }) => metadata?.namespace),
      ["llmdbench", "load"],
    );
    const [engines, results] = roles.map(verbs) as [string[], string[]];
    assert.ok(![...engines, ...results].some((rule) => /^(secrets|configmaps|\*)/.test(rule)));
    assert.deepEqual(
      results.filter((rule) => !engines.includes(rule)),
      ["pods create,delete", "pods/exec get,create", "jobs delete"],
    );
  });

  it("copy an engine's key to the load generator's namespace, and an existing engine's nowhere else", () => {
    const secrets = (name: string) =>
      named(objectsOf(scenario(name)), "Secret").map(({ metadata }) => `${metadata?.namespace}/${metadata?.name}`);
    assert.deepEqual(secrets("a namespace of its own for the load generator"), [
      // Also where the load generator is, which fetches the tokenizer of the gated model.
      ...["llmdbench/llm-d-hf-token", "load/llm-d-hf-token"],
      ...["llmdbench/baseline-api-key", "load/baseline-api-key"],
      ...["llmdbench/candidate-api-key", "load/candidate-api-key"],
    ]);
    assert.deepEqual(secrets("an engine that exists already, with a key"), [
      "llmdbench/theirs-api-key",
      "llmdbench/ours-api-key",
    ]);
  });

  it("have a token's Secret when one was given or is needed, and a model is loaded", () => {
    const has = (values: Record<string, unknown>, hfToken: boolean) =>
      namesOf(workspaceManifests(scenarioOf(values), { hfToken })).includes("llm-d-hf-token");
    assert.deepEqual([has(gke, false), has(gke, true), has({ ...gke, model: "llama-8b" }, false)], [false, true, true]);
    assert.ok(!has({ ...gke, method: "simulated", harness: "llmbench" }, true));
    assert.ok(has({ ...gke, method: "simulated", harness: "guidellm" }, true), "for its tokenizer");
  });

  it("leave namespaces and identities of others alone", () => {
    const objects = objectsOf(scenario("somebody else's namespace and identity"));
    assert.deepEqual(named<V1Namespace>(objects, "Namespace"), []);
    const accounts = namesOf(named<V1ServiceAccount>(objects, "ServiceAccount"));
    assert.deepEqual(accounts, ["llmdbench-runner", "llmdbench-collector"]);
    const [job] = named<V1Job>(objects, "Job").filter(({ metadata }) => metadata?.name?.startsWith("llmdbench-"));
    assert.equal(job?.spec?.template.spec?.serviceAccountName, "mine");
  });
});

describe("model cache", () => {
  const cache = (name: string) => {
    const objects = objectsOf(scenario(name));
    const claims = named<V1PersistentVolumeClaim>(objects, "PersistentVolumeClaim").slice(1);
    const jobs = named<V1Job>(objects, "Job").filter(({ metadata }) => metadata?.name?.startsWith("download-"));
    return { claims, jobs };
  };

  it("is a claim for each engine where a volume is for one node, and sized for its model", () => {
    const { claims, jobs } = cache("two engines");
    assert.match(namesOf(claims).join(" "), /^model-pvc-baseline-[0-9a-f]{4} model-pvc-candidate-[0-9a-f]{4}$/);
    assert.deepEqual(
      claims.map(({ spec }) => spec?.resources?.requests?.storage),
      ["25Gi", "25Gi"],
    );
    assert.equal(jobs.length, 2);
  });

  it("is one claim for all where a volume may be shared, and each model is loaded once", () => {
    const { claims, jobs } = cache("two engines on one shared volume");
    assert.deepEqual(namesOf(claims), ["model-pvc"]);
    assert.equal(claims[0]?.spec?.resources?.requests?.storage, "45Gi");
    const repositories = jobs.map(
      ({ spec }) => spec?.template.spec?.containers[0]?.env?.find(({ name }) => name === "MODEL_REPO")?.value,
    );
    assert.deepEqual(repositories, ["meta-llama/Llama-3.1-8B-Instruct", "Qwen/Qwen3-8B"]);
  });

  it("is another claim for another model, unless its size is set: a claim cannot become smaller", () => {
    const claimName = (values: object) => {
      const own = scenarioOf({ ...gke, targets: [{ name: "mine" }], ...values });
      const objects = engineManifests(own, own.targets[0], bundles.simulator).objects;
      return namesOf(named<V1PersistentVolumeClaim>([...objects], "PersistentVolumeClaim"))[0];
    };
    assert.notEqual(claimName({ model: "llama-8b" }), claimName({ model: "qwen3-8b" }));
    assert.equal(claimName({ model: "llama-8b" }), claimName({ model: "llama-8b", engine: { maxNumSeqs: 8 } }));
    const cluster = { modelStorage: { size: "200Gi" } };
    assert.equal(claimName({ model: "llama-8b", cluster }), claimName({ model: "qwen3-8b", cluster }));
  });

  it("makes no claim where one is there", () => {
    const { claims, jobs } = cache("a claim that is there");
    assert.deepEqual(claims, []);
    assert.equal(jobs[0]?.spec?.template.spec?.volumes?.[0]?.persistentVolumeClaim?.claimName, "models");
  });

  it("runs where the engine will, without a GPU, and a new image or model is a new Job", () => {
    const jobName = (values: object) => {
      const own = scenarioOf({ ...gke, ...values });
      return engineManifests(own, own.targets[0], bundles.simulator).downloadJob;
    };
    const names = [{}, { model: "qwen3-0.6b" }, { engine: { version: "v0.25.0" } }, { gpu: "h100-80" }].map(jobName);
    assert.equal(new Set(names).size, 4);
    assert.equal(jobName({ engine: { maxNumSeqs: 32 } }), names[0], "what the cache does not depend on");
    const objects = objectsOf(scenario("stack gke-a100"));
    const [job] = named<V1Job>(objects, "Job");
    const [engine] = named<V1Deployment>(objects, "Deployment");
    assert.deepEqual(job?.spec?.template.spec?.nodeSelector, engine?.spec?.template.spec?.nodeSelector);
    assert.equal(job?.spec?.template.spec?.containers[0]?.resources?.limits?.["nvidia.com/gpu"], undefined);
  });
});

describe("engines", () => {
  const deployment = (name: string) => named<V1Deployment>(objectsOf(scenario(name)), "Deployment")[0];

  it("ask for a slice by its own name, on a node with the whole card's label, where MIG is mixed", () => {
    const spec = deployment("mixed MIG")?.spec?.template.spec;
    assert.deepEqual(spec?.nodeSelector, { "nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3" });
    const limits = Object.entries(spec?.containers[0]?.resources?.limits ?? {});
    assert.deepEqual(limits.at(-1), ["nvidia.com/mig-3g.40gb", "1"]);
  });

  it("do not restart because another target, the workload or the mode changed", () => {
    const values = { platform: "ocp", gpu: "h100-80", model: "llama-8b" };
    const engine = (changes: object) => {
      const other = { name: "baseline", gpu: "a100-80" };
      const own = scenarioOf({ ...values, targets: [{ ...other, ...changes }, { name: "candidate" }], ...changes });
      return named<V1Deployment>(objectsOf(own), "Deployment")[1]?.spec?.template;
    };
    const before = engine({});
    assert.deepEqual(engine({ gpu: "h100-80" }), before);
    assert.deepEqual(engine({ model: "llama-8b" }), before);
  });

  it("take all of vLLM's settings from the scenario, then what the user adds, and never eager mode", () => {
    const own = scenarioOf({ ...gke, engine: { prefixCaching: false, extraArgs: ["--swap-space", "8"] } });
    const args = named<V1Deployment>(objectsOf(own), "Deployment")[0]?.spec?.template.spec?.containers[0]?.args ?? [];
    assert.ok(args.includes("--no-enable-prefix-caching") && !args.includes("--enable-prefix-caching"));
    assert.deepEqual(args.slice(-2), ["--swap-space", "8"]);
    assert.ok(!args.includes("--enforce-eager"));
  });

  it("get a new pod with new simulator settings, and keep it otherwise", () => {
    const kind = { platform: "kind", gpu: "h100-80", model: "llama-8b" };
    const template = (changes: object) =>
      named<V1Deployment>(objectsOf(scenarioOf({ ...kind, ...changes })), "Deployment")[0]?.spec?.template;
    assert.notDeepEqual(template({ simulator: { slowdown: 2 } }), template({}));
    assert.deepEqual(template({ workload: "local", repetitions: 2 }), template({}));
  });
});

describe("runs", () => {
  it("sleep in mode debug, with the real command at hand and all that it needs", () => {
    const [job] = named<V1Job>(objectsOf(scenario("debug")), "Job");
    const container = job?.spec?.template.spec?.containers[0];
    assert.match(container?.command?.join(" ") ?? "", /^node -e .*setInterval/);
    const command = job?.metadata?.annotations?.["llm-bench/command"] ?? "";
    assert.match(command, /^node \S+harness\.mjs --plan \S+ --out \/requests\/llama-8b-00000000-r1-debug /);
    assert.deepEqual(
      container?.volumeMounts?.map(({ name }) => name),
      ["results", "code", "plan", "tmp"],
    );
    assert.ok(container?.env?.some(({ name }) => name === "LLMBENCH_API_KEY"));
  });

  it("are not part of a standup", () => {
    const objects = objectsOf({ ...scenario("standup") });
    assert.ok(!namesOf(named<V1Job>(objects, "Job")).some((name) => name?.startsWith("llmdbench-")));
  });

  it("end by themselves before their Job's deadline, with time to write what they have", () => {
    const [job] = named<V1Job>(objectsOf(scenario("stack kind-sim")), "Job");
    const command = job?.spec?.template.spec?.containers[0]?.command ?? [];
    const seconds = (flag: string) => Number(command[command.indexOf(flag) + 1]);
    const { activeDeadlineSeconds = 0, template } = job?.spec ?? {};
    const grace = template?.spec?.terminationGracePeriodSeconds ?? 0;
    assert.ok(seconds("--time-limit") + seconds("--wait-ready") + grace < activeDeadlineSeconds);
  });

  it("bring custom prompts along", () => {
    const path = "test/manifests/prompts.txt";
    const own = scenarioOf({
      ...{ platform: "kind", gpu: "h100-80", model: "llama-8b" },
      workloadOverrides: { data: { type: "file", path, outputTokens: { type: "fixed", value: 8 } } },
    });
    const plan = named<V1ConfigMap>(objectsOf(own), "ConfigMap").find(({ data }) => data?.["plan.json"])?.data ?? {};
    assert.equal(JSON.parse(plan["plan.json"] as string).data.path, "/llm-bench/plan/prompts.txt");
    assert.match(plan["prompts.txt"] as string, /^Why is the sky blue\?\n/);
  });

  it("are read by a pod that goes with the Job, is not counted as one of its pods, and prefers its node", () => {
    const own = scenario("stack kind-sim");
    const run = { runId: "llama-8b-00000000-r1", attempt: 2 };
    const pod = readerPod(own, run, { name: harnessJobName(own, run), uid: "1-2" }, "node-7");
    assert.equal(pod.metadata?.name, "llmdbench-llmbench-reader-00000000-r1-a2");
    const [owner] = pod.metadata?.ownerReferences ?? [];
    assert.deepEqual([owner?.kind, owner?.uid, owner?.controller], ["Job", "1-2", false]);
    const preferred = pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution?.[0];
    assert.deepEqual(preferred?.preference.matchFields?.[0]?.values, ["node-7"]);
    assert.equal(readerPod(own, run, { name: "j", uid: "u" }, null).spec?.affinity, undefined);
  });
});

describe("manifests as text", () => {
  it("leave out what a Secret holds, whatever was put in, and give code by size and hash", () => {
    const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, data: { a: "c2VjcmV0" } };
    const text = manifestYaml([{ ...secret, stringData: { b: "hf_marker" } } as never]);
    assert.equal(text, "---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: s\n");
    const [code] = named<V1ConfigMap>(objectsOf(scenario("stack kind-sim")), "ConfigMap");
    assert.match(manifestYaml([code as never]), /\.mjs: <\d+ bytes, sha256 [0-9a-f]{64}>\n$/);
  });
});
