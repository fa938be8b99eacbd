import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeScenario } from "../../run/describeScenario.ts";
import { installedVersion, otherVersion } from "../../run/installedVersion.ts";
import { planAgain, plannedRuns } from "../../run/plannedRun.ts";
import { provenance } from "../../run/provenance.ts";
import { readScenario } from "../../run/readScenario.ts";
import { adapterOf } from "../../workloads/adapterOf.ts";

describe("the version of a harness on this machine", () => {
  let root: string;
  const tool = adapterOf("inference-perf");
  const env = () => ({ PATH: join(root, "bin") });
  const packages = (python = "python3.12") => join(root, "lib", python, "site-packages");
  const install = (version: string, python = "python3.12") =>
    mkdirSync(join(packages(python), `inference_perf-${version}.dist-info`), { recursive: true });
  const program = (firstLines: string, name = "inference-perf") =>
    writeFileSync(join(root, "bin", name), `${firstLines}\nimport sys\n`, { mode: 0o755 });

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "llmbench-venv-"));
    mkdirSync(join(root, "bin"));
    program(`#!${join(root, "bin", "python3.12")}`);
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it("is in the folder of its installation", () => {
    install("0.6.1");
    mkdirSync(join(packages(), "inference_perf_extras-9.9.dist-info"));
    assert.equal(installedVersion(tool, env()), "0.6.1");
    assert.equal(otherVersion(tool, env()), null);
    renameSync(join(packages(), "inference_perf-0.6.1.dist-info"), join(packages(), "inference_perf-0.7.0.dist-info"));
    assert.equal(otherVersion(tool, env()), "0.7.0");
  });

  it("of a build for one kind of machine is the pinned one", () => {
    install(`${tool.version}+cpu`);
    assert.equal(installedVersion(tool, env()), `${tool.version}+cpu`);
    assert.equal(otherVersion(tool, env()), null);
  });

  it("is found through a link, as pipx and uv make it, and behind a path too long for a first line", () => {
    install("0.7.0");
    const linked = join(root, "linked");
    mkdirSync(linked);
    symlinkSync(join(root, "bin", "inference-perf"), join(linked, "inference-perf"));
    assert.equal(installedVersion(tool, { PATH: linked }), "0.7.0");
    program(`#!/bin/sh\n'''exec' "${join(root, "bin", "python3")}" "$0" "$@"\n' '''`);
    assert.equal(installedVersion(tool, env()), "0.7.0");
  });

  it("is null where it cannot be told: not installed, a script, two interpreters' packages", () => {
    assert.equal(installedVersion(tool, { PATH: "/nowhere" }), null);
    assert.equal(installedVersion(tool, env()), null, "no package");
    assert.equal(installedVersion(tool, { LLMBENCH_INFERENCE_PERF_PATH: "/nowhere/x" }), null, "said at the run");
    install("0.6.1", "python3.12");
    install("0.7.0", "python3.13");
    assert.equal(installedVersion(tool, env()), "0.6.1", "its own interpreter's");
    program(`#!${join(root, "bin", "python")}`);
    assert.equal(installedVersion(tool, env()), null);
    program("#!/bin/sh");
    assert.equal(installedVersion(tool, env()), null);
  });

  describe("other than the pinned one", () => {
    const path = process.env.PATH;
    const results = process.env.LLMBENCH_RESULTS;
    beforeEach(() => {
      process.env.PATH = env().PATH;
      process.env.LLMBENCH_RESULTS = join(root, "results");
    });
    afterEach(() => {
      process.env.PATH = path;
      if (results === undefined) delete process.env.LLMBENCH_RESULTS;
      else process.env.LLMBENCH_RESULTS = results;
    });

    const scenario = (platform: string) => {
      const values = { platform, gpu: "h100-80", method: "simulated", model: "llama-8b", harness: "inference-perf" };
      const raw = { values, hasHfToken: true, hasClusterToken: false, apiKeyNames: [] };
      return readScenario(raw, "versions", "required", {});
    };
    const ids = (platform: string) => plannedRuns(scenario(platform)).map(({ runId }) => runId);

    it("is another run, which one more repetition does not pool with; on a cluster its image counts", () => {
      const bare = ids("local");
      const onCluster = ids("kind");
      install(tool.version);
      assert.deepEqual(ids("local"), bare);
      planAgain(scenario("local"));
      assert.equal(ids("local").length, 2);
      renameSync(join(root, "lib"), join(root, "before"));
      install("0.7.0");
      const after = ids("local");
      assert.equal(after.length, 1);
      assert.ok(!bare.includes(after[0]!));
      assert.deepEqual(ids("kind"), onCluster);
      const told = (platform: string) => describeScenario(scenario(platform), plannedRuns(scenario(platform)));
      assert.match(
        told("local"),
        /inference-perf 0\.7\.0 is installed here, and profiles are checked for 0\.6\.1; for that: pip/,
      );
      assert.doesNotMatch(told("kind"), /is installed here/);
      const kept = (platform: string) => {
        const [run] = plannedRuns(scenario(platform));
        return provenance(scenario(platform), { ...run!, attempt: 1 }, null, {}).versions["inference-perf"];
      };
      assert.deepEqual([kept("local"), kept("kind")], ["0.7.0", undefined]);
    });
  });
});
