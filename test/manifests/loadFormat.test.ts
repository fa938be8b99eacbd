import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { V1ConfigMap, V1Deployment, V1PersistentVolumeClaim } from "@kubernetes/client-node";
import { manifestYaml } from "../../manifests/allManifests.ts";
import { installLoaderScript, serialiseScript } from "../../manifests/loadFormatScripts.ts";
import { loadFormats } from "../../scenario/engine.ts";
import { objectsOf } from "./pods.ts";
import { scenarioOf } from "./stacks.ts";

const ocp = { platform: "ocp", gpu: "h100-80", model: "llama-8b" };
const of = (engine: object, more: object = {}) => objectsOf(scenarioOf({ ...ocp, engine, ...more }));
const engineOf = (objects: ReturnType<typeof of>) =>
  objects.find(({ kind, metadata }) => kind === "Deployment" && metadata?.name?.startsWith("vllm")) as V1Deployment;
const podOf = (objects: ReturnType<typeof of>) => engineOf(objects).spec!.template.spec!;
const loadArguments = (objects: ReturnType<typeof of>) => {
  const args = podOf(objects).containers[0]!.args!;
  const at = args.indexOf("--load-format");
  return at < 0 ? [] : args.slice(at, at + 4).filter((arg, i) => i < 2 || arg.startsWith("--model-loader") || i === 3);
};

describe("load formats", () => {
  it("of tensorizer are what was reviewed (UPDATE_GOLDEN=1 writes it: read every line)", () => {
    const objects = of({ loadFormat: "tensorizer", tensorParallel: 2 });
    const script = objects.find(
      ({ kind, metadata }) => kind === "ConfigMap" && metadata?.name?.startsWith("load-format"),
    );
    const text = manifestYaml([script!, engineOf(objects)]);
    const golden = new URL("../golden/loadFormat/tensorizer.yaml", import.meta.url);
    if (process.env.UPDATE_GOLDEN) {
      mkdirSync(new URL(".", golden), { recursive: true });
      writeFileSync(golden, text);
    }
    assert.equal(text, readFileSync(golden, "utf8"));
  });

  it("are arguments of vLLM, and none where nothing is said", () => {
    assert.deepEqual(loadArguments(of({})), []);
    assert.deepEqual(loadArguments(of({ loadFormat: "safetensors" })).slice(0, 2), ["--load-format", "safetensors"]);
    assert.ok(loadArguments(of({ loadFormat: "runai_streamer" })).includes('{"concurrency":32}'));
    const tensorizer = loadArguments(of({ loadFormat: "tensorizer" })).at(-1) as string;
    assert.match(JSON.parse(tensorizer).tensorizer_uri, /^\/model-cache\/tensorizer\/.+\/model\.tensors$/);
  });

  it("install what the image may lack before the engine, and change nothing else of its pod", () => {
    const plain = podOf(of({}));
    for (const loadFormat of loadFormats) {
      const pod = podOf(of({ loadFormat }));
      const steps = pod.initContainers!.map(({ name }) => name);
      const install = loadFormat === "safetensors" ? [] : ["install-loader"];
      const serialise = loadFormat === "tensorizer" ? ["serialise-model"] : [];
      assert.deepEqual(steps, ["wait-for-model", ...install, ...serialise]);
      assert.deepEqual(pod.containers[0]!.resources, plain.containers[0]!.resources);
      const env = new Map(pod.containers[0]!.env!.map(({ name, value }) => [name, value]));
      assert.equal(env.has("PYTHONUSERBASE"), loadFormat !== "safetensors");
    }
  });

  it("have room for tensorizer's copy in the claim, and another copy for another engine", () => {
    const claim = (engine: object) =>
      objectsOf(scenarioOf({ ...ocp, engine })).find(
        ({ kind, metadata }) => kind === "PersistentVolumeClaim" && metadata?.name?.startsWith("model-pvc"),
      ) as V1PersistentVolumeClaim;
    const size = (engine: object) => Number.parseInt(claim(engine).spec!.resources!.requests!.storage as string, 10);
    assert.ok(size({ loadFormat: "tensorizer" }) >= size({}) + 15);
    const uri = (engine: object) => loadArguments(of({ loadFormat: "tensorizer", ...engine })).at(-1);
    assert.notEqual(uri({}), uri({ dtype: "float16" }));
    assert.notEqual(uri({}), uri({ tensorParallel: 2 }));
    assert.notEqual(uri({}), uri({ kvCacheDtype: "fp8" }));
  });

  it("refuse arguments that tensorizer's copy would be made without", () => {
    assert.throws(
      () => of({ loadFormat: "tensorizer", extraArgs: ["--quantization=fp8"] }),
      /engine\.extraArgs is .*--quantization=fp8.*made without them.*another engine\.loadFormat/s,
    );
    assert.ok(podOf(of({ loadFormat: "runai_streamer", extraArgs: ["--quantization=fp8"] })));
  });

  it("may not be said twice", () => {
    assert.throws(
      () => of({ loadFormat: "safetensors", extraArgs: ["--load-format=dummy"] }),
      /--load-format has a key of its own.*engine\.loadFormat/s,
    );
    assert.ok(podOf(of({ extraArgs: ["--load-format=dummy"] })));
  });

  it("are logged at DEBUG where nop reads the startup, and only there", () => {
    const level = (values: object) => {
      const env = podOf(objectsOf(scenarioOf({ ...ocp, ...values }))).containers[0]!.env!;
      return env.find(({ name }) => name === "VLLM_LOGGING_LEVEL")?.value;
    };
    assert.deepEqual([level({}), level({ harness: "nop" })], [undefined, "DEBUG"]);
  });

  describe("installing", () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "llmbench-loader-"));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    /** @param python what stands in for python3: $1 is -c or -m */
    function install(python: string) {
      writeFileSync(join(folder, "python3"), `#!/bin/sh\ncd ${folder}\n${python}\n`);
      chmodSync(join(folder, "python3"), 0o755);
      const env = {
        PATH: `${folder}:${process.env.PATH}`,
        LOADER_MODULE: "tensorizer",
        LOADER_REQUIREMENT: "tensorizer==2.10.1",
      };
      const { status, stdout, stderr } = spawnSync("sh", ["-c", installLoaderScript], { env, encoding: "utf8" });
      return { status, stdout, stderr };
    }

    it("does nothing where the image has it", () => {
      const { status, stdout } = install("exit 0");
      assert.deepEqual([status, stdout], [0, "tensorizer is in the image already\n"]);
    });
    it("installs the pinned version for the user, and checks that it can be imported", () => {
      const { status, stdout } = install('if [ "$1" = -m ]; then echo "$@" >asked; exit 0; fi\n[ -f asked ]');
      assert.deepEqual([status, stdout], [0, "tensorizer==2.10.1 is installed\n"]);
      assert.match(readFileSync(join(folder, "asked"), "utf8"), /pip install --user .* tensorizer==2\.10\.1$/m);
    });
    it("fails with a next step where there is no package index", () => {
      const { status, stderr } = install("exit 1");
      assert.equal(status, 1);
      assert.match(stderr, /cannot install tensorizer==2\.10\.1.*use an image that has it/);
    });
  });

  describe("serialising, with a stand-in for vLLM whose workers are spawned and end as those of v0.26.0", () => {
    let folder: string;
    let copy: string;
    before(function () {
      if (spawnSync("python3", ["--version"]).status !== 0) this.skip();
    });
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "llmbench-serialise-"));
      copy = join(folder, "tensorizer", "0a1b2c3d");
      writeFileSync(join(folder, "serialise.py"), serialiseScript);
      for (const [path, text] of Object.entries(vllmStandIn)) {
        mkdirSync(join(folder, "lib", path, ".."), { recursive: true });
        writeFileSync(join(folder, "lib", path), text);
      }
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    function serialise(more: object = {}) {
      const env = {
        PATH: process.env.PATH,
        PYTHONPATH: join(folder, "lib"),
        PYTHONDONTWRITEBYTECODE: "1",
        MODEL_DIR: "/model-cache/models/m",
        TENSORIZER_URI: join(copy, "model.tensors"),
        ...{ TENSOR_PARALLEL: "1", DTYPE: "auto", KV_CACHE_DTYPE: "auto", MAX_MODEL_LEN: "64" },
        ...{ GPU_MEMORY_UTILIZATION: "0.9", ...more },
      };
      const { status, stdout, stderr } = spawnSync("python3", [join(folder, "serialise.py")], {
        env,
        encoding: "utf8",
      });
      return { status, stdout, stderr };
    }
    const entries = () => readdirSync(join(folder, "tensorizer"));

    it("asks no hub for a model that is a folder, and does not write twice", () => {
      const first = serialise();
      assert.deepEqual([first.status, first.stderr], [0, ""]);
      assert.deepEqual(entries(), ["0a1b2c3d"]);
      assert.equal(readFileSync(join(copy, "model.tensors"), "utf8"), "/model-cache/models/m");
      const again = serialise({ FAILS: "1" });
      assert.deepEqual([again.status, again.stdout], [0, "the serialised model is in the cache already\n"]);
    });

    it("leaves nothing that an engine could take for whole when it fails, and begins anew", () => {
      assert.equal(serialise({ FAILS: "1" }).status, 1);
      assert.ok(!existsSync(copy));
      assert.equal(serialise().status, 0);
      assert.deepEqual(entries(), ["0a1b2c3d"]);
    });

    it("keeps what another pod has written meanwhile, what one is writing, and removes what a dead one left", () => {
      for (const [pod, age] of [
        ["alive", 60],
        ["dead", 7200],
      ] as const) {
        const theirs = `${copy}.new-${pod}`;
        mkdirSync(theirs, { recursive: true });
        const seconds = Date.now() / 1000 - age;
        utimesSync(theirs, seconds, seconds);
      }
      const { status, stdout, stderr } = serialise({ RIVAL: copy });
      assert.deepEqual([status, stderr], [0, ""]);
      assert.match(stdout, /another pod has written/);
      assert.deepEqual(entries().sort(), ["0a1b2c3d", "0a1b2c3d.new-alive"]);
      assert.equal(readFileSync(join(copy, "model.tensors"), "utf8"), "of the rival");
    });
  });

  it("have scripts that are named by their content", () => {
    const maps = of({ loadFormat: "tensorizer" }).filter(({ kind }) => kind === "ConfigMap") as V1ConfigMap[];
    const script = maps.find(({ data }) => data?.["serialise.py"]) as V1ConfigMap;
    assert.match(script.metadata!.name!, /^load-format-[0-9a-f]{8}$/);
  });
});

/** As vLLM v0.26.0 in what matters here: the artifacts are asked for in each worker, through the module's own name. */
const vllmStandIn = {
  "vllm/__init__.py": "",
  "vllm/engine/__init__.py": "",
  "vllm/engine/arg_utils.py": `
class EngineArgs:
    def __init__(self, model, **settings):
        self.model = model
`,
  "vllm/model_executor/__init__.py": "",
  "vllm/model_executor/model_loader/__init__.py": "",
  "vllm/model_executor/model_loader/tensorizer.py": `
import multiprocessing
import os
import sys


class TensorizerConfig:
    def __init__(self, tensorizer_uri):
        self.tensorizer_uri = tensorizer_uri


def serialize_extra_artifacts(args, served_model_name):
    raise RuntimeError(f"no repository {served_model_name}, and offline")


def worker(uri, model):
    with open(uri, "w") as file:
        file.write(model)
    serialize_extra_artifacts(None, model)


def tensorize_vllm_model(engine, config):
    if "FAILS" in os.environ:
        open(config.tensorizer_uri, "w").close()
        sys.exit(1)
    process = multiprocessing.get_context("spawn").Process(target=worker, args=(config.tensorizer_uri, engine.model))
    process.start()
    process.join()
    if process.exitcode != 0:
        raise RuntimeError("a worker failed")
    if "RIVAL" in os.environ:
        os.makedirs(os.environ["RIVAL"])
        with open(os.path.join(os.environ["RIVAL"], "model.tensors"), "w") as file:
            file.write("of the rival")
`,
};
