import assert from "node:assert/strict";
import type { V1ResourceRule, V1SelfSubjectAccessReview, V1SelfSubjectRulesReview } from "@kubernetes/client-node";
import type { Cluster } from "../../cluster/connection.ts";
import { missingRights, type Right } from "../../cluster/rights.ts";
import { isGranted } from "../../cluster/rulesReview.ts";

const right = (verb: string, resource: string, namespace: string | null = "bench"): Right => ({
  verb,
  resource,
  namespace,
});
const rule = (verbs: string[], apiGroups: string[], resources: string[], resourceNames?: string[]): V1ResourceRule => ({
  verbs,
  apiGroups,
  resources,
  ...(resourceNames && { resourceNames }),
});

describe("the rules of a namespace", () => {
  it("grant what RBAC grants by them", () => {
    const editor = [
      rule(["get", "list"], [""], ["pods", "pods/log"]),
      rule(["create"], ["*"], ["jobs"]),
      rule(["*"], ["apps"], ["*"]),
      rule(["get"], [""], ["*/exec"]),
    ];
    for (const [verb, resource] of [
      ["list", "pods"],
      ["get", "pods/log"],
      ["create", "jobs.batch"],
      ["delete", "deployments.apps"],
      ["patch", "deployments/scale.apps"],
      ["get", "pods/exec"],
    ] as const)
      assert.ok(isGranted(editor, right(verb, resource)), `${verb} ${resource}`);
    for (const [verb, resource] of [
      ["delete", "pods"],
      ["get", "pods/status"],
      ["create", "pods/exec"],
      ["delete", "jobs.batch"],
      ["get", "routes.route.openshift.io"],
    ] as const)
      assert.ok(!isGranted(editor, right(verb, resource)), `${verb} ${resource}`);
  });

  it("grant nothing in the whole cluster, and nothing by the names of single objects", () => {
    assert.ok(!isGranted([rule(["*"], ["*"], ["*"])], right("create", "namespaces", null)));
    assert.ok(!isGranted([rule(["get"], [""], ["secrets"], ["mine"])], right("get", "secrets")));
  });
});

describe("missing rights", () => {
  /** An API server that lists these rules and grants the rights that `allowed` says. */
  const asked = async (rules: V1ResourceRule[] | null, allowed: (resource: string) => boolean, rights: Right[]) => {
    const reviews: string[] = [];
    const create = async (body: V1SelfSubjectRulesReview | V1SelfSubjectAccessReview) => {
      if (body.kind === "SelfSubjectRulesReview") {
        if (rules === null) throw new Error("not served here");
        return { ...body, status: { resourceRules: rules, nonResourceRules: [], incomplete: true } };
      }
      const { resource = "" } = (body as V1SelfSubjectAccessReview).spec.resourceAttributes ?? {};
      reviews.push(resource);
      return { ...body, status: { allowed: allowed(resource) } };
    };
    const missing = await missingRights({ objects: { create } } as unknown as Cluster, rights);
    return { missing, reviews };
  };
  const rights = [right("create", "pods"), right("create", "services"), right("get", "namespaces", null)];

  it("are asked for one by one only where the rules do not grant them: an authorizer may list nothing", async () => {
    const { missing, reviews } = await asked([rule(["*"], [""], ["pods"])], (name) => name === "namespaces", rights);
    assert.deepEqual(missing, [rights[1]]);
    assert.deepEqual(reviews.sort(), ["namespaces", "services"]);
  });

  it("are asked for one by one where rules cannot be had", async () => {
    const { missing, reviews } = await asked(null, () => true, rights);
    assert.deepEqual(missing, []);
    assert.equal(reviews.length, 3);
  });
});
