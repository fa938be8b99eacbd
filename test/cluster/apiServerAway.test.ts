import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { clusterAccess, connect } from "../../cluster/connection.ts";
import { createNamespace, deleteNamespace, describeOnCluster, namespaceName } from "./equipment/cluster.ts";
import { counted, counting, followJob, jobOf } from "./equipment/followedJob.ts";

const shell = (command: string) => promisify(execFile)("sh", ["-c", command]);

/** Alone on the cluster: nothing else is answered meanwhile. */
describeOnCluster("an API server that is away for a while", (kubeconfig) => {
  const namespace = namespaceName("away");

  before(() => createNamespace(namespace));
  after(() => deleteNamespace(namespace));

  it("is waited for: a run that goes on meanwhile costs no line of its log", async function () {
    const fault = process.env.LLMBENCH_TEST_CLUSTER_FAULT;
    const start = process.env.LLMBENCH_TEST_CLUSTER;
    if (!fault || !start) return this.skip();
    const settings = { context: "auto", host: null, certificateAuthority: null } as const;
    const cluster = connect(clusterAccess(settings, null, { KUBECONFIG: kubeconfig }));
    const end = await followJob(cluster, jobOf(namespace, "fault", counting(60, 0.25)), async () => {
      await sleep(4000);
      await shell(`${fault} apiserver`);
      await sleep(3000);
      await shell(`${start} up`);
    });
    assert.equal(end.outcome, "succeeded");
    assert.deepEqual(end.lines, counted(60));
    for (const said of ["the API server is away", "is back after"])
      assert.ok(
        end.phases.some((phase) => phase.includes(said)),
        JSON.stringify(end.phases),
      );
  });
});
