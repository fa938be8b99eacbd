import assert from "node:assert/strict";
import { isRelease } from "../../manifests/kubernetesObject.ts";
import type { ChartName } from "../../manifests/llmd/charts.ts";
import { endpointPickerName, roleWorkload } from "../../manifests/llmd/llmdNames.ts";
import { serverOf } from "../cluster/equipment/apiServer.ts";
import { createNamespace, deleteNamespace, describeOnCluster, namespaceName } from "../cluster/equipment/cluster.ts";
import { dryRuns } from "../cluster/equipment/dryRun.ts";
import { llmdScenario, llmdScenarios } from "../scenario/llmdScenarios.ts";
import { type FoundChart, findCharts } from "./charts.ts";
import { type InstalledDefinitions, installLlmdDefinitions } from "./definitions.ts";
import { podTemplate, renderScenario } from "./rendered.ts";

describeOnCluster("the real charts' objects before a real API server", (kubeconfig) => {
  const server = serverOf(kubeconfig);
  // As our own namespaces are where an llm-d is, and as others may be.
  const baseline = namespaceName("charts-baseline");
  const restricted = namespaceName("charts-restricted");
  const accounts = new Set<string>();
  let charts: Readonly<Record<ChartName, FoundChart>>;
  let definitions: InstalledDefinitions;
  const untried: string[] = [];

  before(async () => {
    charts = await findCharts();
    definitions = await installLlmdDefinitions(kubeconfig);
    await createNamespace(baseline, { "pod-security.kubernetes.io/enforce": "baseline" });
    await createNamespace(restricted);
  });
  after(async () => {
    console.log(`    not tried, for want of their CRD or chart: ${untried.join(", ") || "none"}`);
    await definitions.remove();
    await Promise.all([deleteNamespace(baseline), deleteNamespace(restricted)]);
  });

  /** Admission refuses pods whose service account is not there, in dry runs too. */
  const account = async (name: string) => {
    if (accounts.has(name)) return;
    accounts.add(name);
    for (const namespace of [baseline, restricted])
      await server.send("POST", `/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name } });
  };

  for (const [name, values] of Object.entries(llmdScenarios))
    it(`${name}: takes every object and its pods; "restricted" refuses those whose charts allow no other`, async function () {
      const rendered = await renderScenario(llmdScenario(values), charts);
      if (rendered.releases.length === 0) this.skip();
      const { missing, objects, scenario } = rendered;
      if (missing.length > 0) untried.push(`${missing.length} releases of ${name}`);
      const take = dryRuns(server, baseline);
      const refuse = dryRuns(server, restricted);
      const refused: (string | undefined)[] = [];
      for (const object of objects) {
        assert.ok(!isRelease(object));
        if (definitions.missing.includes(object.kind ?? "")) {
          untried.push(`${object.kind} of ${name}`);
          continue;
        }
        await take(object);
        const template = podTemplate(object);
        if (template === null) continue;
        const { metadata, spec } = template;
        await account(spec?.serviceAccountName ?? "default");
        const pod = {
          apiVersion: "v1",
          kind: "Pod",
          metadata: { ...metadata, name: `pod-of-${object.metadata?.name}` },
          spec,
        };
        await take(pod);
        await refuse(pod).catch((error: Error) => {
          assert.match(error.message, /violates PodSecurity "restricted/);
          refused.push(object.metadata?.name);
        });
      }
      const expected = scenario.targets.flatMap((target) => {
        if (target.method !== "llm-d") return [];
        const withSidecar = target.llmd.prefill === null ? [] : [roleWorkload(target, "decode")];
        const names = [endpointPickerName(target), ...withSidecar];
        const withPods = objects.filter((object) => podTemplate(object) !== null);
        return names.filter((name) => withPods.some(({ metadata }) => metadata?.name === name));
      });
      assert.deepEqual(refused.sort(), expected.sort());
    });
});
