import assert from "node:assert/strict";
import { otherCluster } from "../../cli/sameCluster.ts";
import type { ClusterSettings } from "../../scenario/scenario.ts";

const settings = { context: "auto", host: "https://api.two:6443", certificateAuthority: null } as ClusterSettings;

describe("the cluster that a stack was deployed on", () => {
  it("nothing deployed, or the same API server under another name: no objection", () => {
    assert.equal(otherCluster("a", settings, null), null);
    assert.equal(otherCluster("a", settings, { context: "any", server: "https://api.two:6443" }), null);
  });

  it("another API server: both are named, with the ways out", () => {
    const error = otherCluster("a", settings, { context: "one", server: "https://api.one:6443" });
    assert.equal(
      error?.message,
      'stack "a" is deployed on context "one" (https://api.one:6443), but cluster.host now means https://api.two:6443',
    );
    assert.match(error?.next ?? "", /use-context one.*\.\/bench destroy a .*--cluster-gone/);
  });

  it("a cluster made anew under the same name: its old objects are gone with it", () => {
    const recorded = { context: "https://api.two:6443", server: "https://api.one:6443" };
    assert.match(otherCluster("a", settings, recorded)?.next ?? "", /made anew: \.\/bench destroy a --cluster-gone/);
  });
});
