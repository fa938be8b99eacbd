import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { executableOf, installedAt } from "../../run/executable.ts";
import { adapterOf, foreignHarnesses, isForeign } from "../../workloads/adapterOf.ts";

describe("the program of a harness on this machine", () => {
  let folder: string;
  const tool = { name: "vllm-benchmark", executable: "vllm", install: "pip install vllm" } as const;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "llmbench-tool-"));
    writeFileSync(join(folder, "vllm"), "#!/bin/sh\n");
    chmodSync(join(folder, "vllm"), 0o755);
    writeFileSync(join(folder, "guidellm"), "not executable");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is found on PATH, or where a variable says", () => {
    assert.equal(installedAt(tool, { PATH: `/nowhere:${folder}` }), join(folder, "vllm"));
    assert.equal(installedAt(tool, { PATH: "/nowhere" }), null);
    const path = join(folder, "vllm");
    assert.equal(installedAt(tool, { PATH: "/nowhere", LLMBENCH_VLLM_BENCHMARK_PATH: path }), path);
    assert.equal(installedAt({ ...tool, executable: "guidellm" }, { PATH: folder }), null, "it cannot be executed");
  });

  it("a variable that leads nowhere, or to another program, is an error that names it", () => {
    for (const wrong of [join(folder, "nothing"), join(folder, "guidellm"), folder])
      assert.throws(() => installedAt(tool, { LLMBENCH_VLLM_BENCHMARK_PATH: wrong }), {
        name: "RunError",
        message: /^LLMBENCH_VLLM_BENCHMARK_PATH is ".*", which is no program named "vllm"; correct it$/,
      });
  });

  it("what is missing is one error with the command that installs it", () => {
    const missing = { ...tool, executable: "no-such-program-here" };
    assert.throws(() => executableOf(missing), /not installed here: .* run: pip install vllm \(or set LLMBENCH_VLLM_/);
  });
});

describe("the registry of harnesses", () => {
  it("knows each by its own name, pinned, with a way to install it", () => {
    assert.deepEqual(foreignHarnesses, ["inference-perf", "guidellm", "fmperf", "vllm-benchmark", "aiperf"]);
    for (const name of foreignHarnesses) {
      const adapter = adapterOf(name);
      assert.equal(adapter.name, name);
      assert.match(adapter.image, /^[\w.-]+\.[\w.-]+\/.+(:(?!latest$)[\w.-]+|@sha256:[0-9a-f]{64})$/, name);
      assert.ok(adapter.version.length > 0 && adapter.install.length > 0);
    }
    assert.ok(!isForeign("llmbench") && !isForeign("nop") && !isForeign("toString"));
  });
});
