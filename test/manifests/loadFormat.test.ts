import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { V1ConfigMap, V1Deployment, V1PersistentVolumeClaim } from "@kubernetes/client-node";
import { manifestYaml } from "../../manifests/allManifests.ts";
import { installLoaderScript } from "../../manifests/loadFormatScripts.ts";
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

  it("have scripts that are named by their content", () => {
    const maps = of({ loadFormat: "tensorizer" }).filter(({ kind }) => kind === "ConfigMap") as V1ConfigMap[];
    const script = maps.find(({ data }) => data?.["serialise.py"]) as V1ConfigMap;
    assert.match(script.metadata!.name!, /^load-format-[0-9a-f]{8}$/);
  });
});
