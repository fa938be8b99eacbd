import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Started } from "../engine/checkout.ts";
import { describeOnCluster } from "./equipment/cluster.ts";
import { ClusterCheckout } from "./equipment/clusterCheckout.ts";
import { useHelm } from "./equipment/helm.ts";
import { importLlmdImages } from "./equipment/llmd/image.ts";
import { charts, noLlmd, releasesOf, smallLlmd } from "./equipment/llmdStack.ts";

const flat = (text: string) => text.replace(/\s+/g, " ");

describeOnCluster("llm-d on a cluster: what goes wrong with its releases", () => {
  const stack = "routed";
  const config = { ...smallLlmd, llmd: { charts, decode: { replicas: 1 } } };
  const checkouts: ClusterCheckout[] = [];
  const folder = mkdtempSync(join(tmpdir(), "llm-bench-charts-"));

  before(async function () {
    this.timeout(600_000);
    if (noLlmd !== null) {
      console.log(`    skipped: ${noLlmd}`);
      this.skip();
    }
    await Promise.all([useHelm(), importLlmdImages()]);
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await Promise.all(checkouts.map((checkout) => checkout.removeAll()));
  });

  async function checkoutFor(what: string): Promise<ClusterCheckout> {
    const checkout = new ClusterCheckout(what);
    checkouts.push(checkout);
    await checkout.ready();
    return checkout;
  }

  /** A copy of the charts in which llm-d-modelservice ends with a Job that does not end: Helm waits for it, pending. */
  function hangingCharts(): string {
    const copy = join(folder, "hanging");
    cpSync(charts, copy, { recursive: true, verbatimSymlinks: true });
    const hook = {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: "hang", annotations: { "helm.sh/hook": "post-install,post-upgrade" } },
      spec: {
        template: {
          spec: {
            restartPolicy: "Never",
            securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
            containers: [
              {
                name: "main",
                image: "docker.io/library/busybox:1.36",
                command: ["sleep", "600"],
                securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
              },
            ],
          },
        },
      },
    };
    writeFileSync(join(copy, "llm-d-modelservice", "templates", "hang.yaml"), JSON.stringify(hook));
    return copy;
  }

  async function until(started: Started, what: string, isSo: () => Promise<boolean>): Promise<void> {
    let over = false;
    void started.ended.then(() => {
      over = true;
    });
    for (const deadline = Date.now() + 180_000; !(await isSo()); await sleep(300)) {
      if (!over && Date.now() < deadline) continue;
      process.kill(-started.pid, "SIGKILL");
      const { code, stdout, stderr } = await started.ended;
      throw new Error(`never was so: ${what} (${code}): ${stderr}${stdout}`);
    }
  }

  it("an image that is not there: said within seconds, with release, role, pod and cause; mended, up goes on", async () => {
    const checkout = await checkoutFor("llmd-image");
    const image = "docker.io/library/node:no-such-tag";
    checkout.stack(stack, { ...config, harnessSettings: { ...config.harnessSettings, image } });
    const broken = await checkout.bench("up", stack);
    assert.equal(broken.code, 1, broken.stderr + broken.stdout);
    const said = flat(broken.stderr + broken.stdout);
    assert.match(said, /release llama-8b-ms/);
    assert.match(
      said,
      /decode pod llama-8b-ms-decode-\S+ .*cannot pull the image docker.io\/library\/node:no-such-tag/,
    );
    assert.ok(broken.seconds < 120, `${broken.seconds} s`);
    assert.deepEqual(
      [...checkout.runs(stack).values()].map((run) => run?.status),
      ["failed"],
    );

    checkout.stack(stack, config);
    const mended = await checkout.bench("up", stack, "--retry");
    assert.equal(mended.code, 0, mended.stderr + mended.stdout);
    assert.deepEqual(await releasesOf(checkout), {
      "llama-8b-ms": [2, "deployed"],
      "llama-8b-router": [1, "deployed"],
    });
    assert.ok([...checkout.runs(stack).values()].some((run) => run?.status === "complete"));
    const gone = await checkout.bench("destroy", stack);
    assert.equal(gone.code, 0, gone.stderr);
    assert.deepEqual(await checkout.leftovers(), []);
  });

  it("killed while Helm installs or upgrades: the next up says what is left pending, and mends it", async () => {
    const checkout = await checkoutFor("llmd-killed");
    const hanging = { ...config, llmd: { ...config.llmd, charts: hangingCharts() } };
    checkout.stack(stack, hanging);
    await killAt(checkout, "pending-install");
    checkout.stack(stack, config);
    const again = await checkout.bench("up", stack);
    assert.equal(again.code, 0, again.stderr + again.stdout);
    assert.match(flat(again.stderr), /taking over Release llama-8b-ms, which an earlier `up` created/);
    assert.deepEqual((await releasesOf(checkout))["llama-8b-ms"], [1, "deployed"]);

    const slower = { simulator: { slowdown: 1.5 } };
    checkout.stack(stack, { ...hanging, ...slower });
    await killAt(checkout, "pending-upgrade");
    checkout.stack(stack, { ...config, ...slower });
    const mended = await checkout.bench("up", stack);
    assert.equal(mended.code, 0, mended.stderr + mended.stdout);
    assert.match(flat(mended.stderr), /release llama-8b-ms was left pending-upgrade/);
    assert.deepEqual((await releasesOf(checkout))["llama-8b-ms"], [2, "deployed"]);
    assert.deepEqual(
      [...checkout.runs(stack).values()].map((run) => run?.status),
      ["complete", "complete"],
    );
    const gone = await checkout.bench("destroy", stack);
    assert.equal(gone.code, 0, gone.stderr);
    assert.deepEqual(await checkout.leftovers(), []);
  });

  /** Kills bench, engine, provider and Helm at once, as when a machine goes down, and frees the lock. */
  async function killAt(checkout: ClusterCheckout, status: string): Promise<void> {
    const now = async () => (await releasesOf(checkout))["llama-8b-ms"]?.[1];
    const up = checkout.start("up", stack);
    await until(up, status, async () => (await now()) === status);
    process.kill(-up.pid, "SIGKILL");
    await up.ended;
    assert.equal(await now(), status);
    const { code, stderr } = await checkout.bench("cancel", stack);
    assert.equal(code, 0, stderr);
  }
});
