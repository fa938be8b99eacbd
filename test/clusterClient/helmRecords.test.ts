import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import type { V1Secret } from "@kubernetes/client-node";
import { objectsIn, recordOf } from "../../cluster/helmRecords.ts";

const manifest = `---
# Source: a/templates/service.yaml
apiVersion: v1
kind: Service
metadata:
  name: m-ms
---
# nothing is left of this template
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: m-ms-decode, namespace: ns }
`;

/** As Helm's driver writes it: JSON, packed, base64; then the API's own base64. */
function secret(config: object, labels: Record<string, string>): V1Secret {
  const packed = gzipSync(JSON.stringify({ name: "m-ms", config, manifest })).toString("base64");
  return {
    metadata: { name: "sh.helm.release.v1.m-ms.v2", labels: { owner: "helm", name: "m-ms", version: "2", ...labels } },
    data: { release: Buffer.from(packed).toString("base64") },
  };
}

const ours = { modelArtifacts: { labels: { "llm-bench/stack": "mine", "llm-bench/target": "m" } } };

describe("records of Helm releases", () => {
  it("tell name, revision, status and what was rendered", () => {
    assert.deepEqual(recordOf(secret(ours, { status: "pending-upgrade" }), "mine"), {
      secret: "sh.helm.release.v1.m-ms.v2",
      release: "m-ms",
      revision: 2,
      status: "pending-upgrade",
      manifest,
    });
  });

  it("of another stack, or of nobody we know, are not ours to touch", () => {
    assert.equal(recordOf(secret(ours, { status: "pending-install" }), "theirs"), null);
    assert.equal(recordOf(secret({}, { status: "pending-install" }), "mine"), null);
    // Parts of its name, and of what else is in a record.
    for (const stack of ["min", "m", "mine-2", "labels", "llm"])
      assert.equal(recordOf(secret(ours, { status: "pending-install" }), stack), null, stack);
    assert.equal(recordOf({ metadata: { name: "s" }, data: { release: "bm8=" } }, "mine"), null);
  });

  it("are known by their values and by what was rendered of them, as a label or in a selector", () => {
    for (const config of [{ args: ["--endpoint-selector", "app=m,llm-bench/stack=mine,x=y"] }, ours])
      assert.equal(recordOf(secret(config, {}), "mine")?.release, "m-ms");
  });

  it("give the objects of a release, for one that the state does not know", () => {
    assert.deepEqual(
      objectsIn(manifest).map(({ kind, metadata }) => `${kind} ${metadata.name}`),
      ["Service m-ms", "Deployment m-ms-decode"],
    );
  });
});
