import assert from "node:assert/strict";
import type { ChartName } from "../../manifests/llmd/charts.ts";
import {
  endpointPickerName,
  gatewayName,
  gatewayRelease,
  roleWorkload,
  routerRelease,
} from "../../manifests/llmd/llmdNames.ts";
import { enginePortOf, poolLabels, rolesOf } from "../../manifests/llmd/pool.ts";
import { llmdGpus } from "../../scenario/llmd.ts";
import type { LlmdTarget } from "../../scenario/scenario.ts";
import { llmdScenario, llmdScenarios } from "../scenario/llmdScenarios.ts";
import { type FoundChart, findCharts } from "./charts.ts";
import { type AnyObject, matches, podTemplate, type RenderedScenario, renderScenario } from "./rendered.ts";
import { flag, renderedRole } from "./renderedRole.ts";

/** Kinds that charts bring, all of a namespace: a user without rights on the cluster can install them. */
const namespacedKinds = new Set([
  ...["ConfigMap", "Deployment", "Role", "RoleBinding", "Service", "ServiceAccount", "LeaderWorkerSet"],
  ...["InferencePool", "Gateway", "AgentgatewayParameters", "DestinationRule"],
]);

describe("the real charts of llm-d with our values", () => {
  let charts: Readonly<Record<ChartName, FoundChart>>;
  const skipped: string[] = [];
  let [whole, partly] = [0, 0];

  before(async () => {
    charts = await findCharts();
    for (const [name, chart] of Object.entries(charts))
      console.log(
        `    ${name}: ${"missing" in chart ? `SKIPPED, ${chart.missing}` : `${chart.version} (${chart.from})`}`,
      );
  });
  after(() => {
    console.log(
      `    of ${Object.keys(llmdScenarios).length} scenarios ${whole} were rendered whole, ${partly} in part; ` +
        `skipped: ${skipped.join(", ") || "none"}`,
    );
  });

  for (const [name, values] of Object.entries(llmdScenarios))
    describe(name, () => {
      let rendered: RenderedScenario;
      let targets: LlmdTarget[];

      before(async function () {
        rendered = await renderScenario(llmdScenario(values), charts);
        if (rendered.releases.length === 0) {
          skipped.push(name);
          this.skip();
        }
        if (rendered.missing.length === 0) whole++;
        else partly++;
        targets = rendered.scenario.targets.filter((target) => target.method === "llm-d");
      });

      /** What needs the objects of all charts, pods of the roles above all; the rest is asked of each router by itself. */
      const itOfAll = (title: string, check: () => void): void => {
        it(title, function () {
          if (rendered.missing.length > 0) this.skip();
          check();
        });
      };
      const namedObject = (kind: string, wanted: string): AnyObject => {
        const found = rendered.objects.find(({ kind: of, metadata }) => of === kind && metadata?.name === wanted);
        assert.ok(found !== undefined, `there is no ${kind} ${wanted}`);
        return found;
      };
      const picker = (target: LlmdTarget) => {
        const { spec } = podTemplate(namedObject("Deployment", endpointPickerName(target))) ?? {};
        const container = spec?.containers.find(({ name }) => name === "epp");
        assert.ok(container !== undefined);
        return container;
      };
      /** From the pool, or from the picker's flag where there is none. */
      const poolSelector = (target: LlmdTarget): Record<string, string> => {
        if (target.llmd.gateway !== "none")
          return namedObject("InferencePool", routerRelease(target)).spec.selector.matchLabels;
        const pairs = flag(picker(target).args, "--endpoint-selector")?.split(",") ?? [];
        return Object.fromEntries(pairs.map((pair) => pair.split("=") as [string, string]));
      };

      it("selects for its pool by the labels that the pods of its roles are given, and sends to their port", () => {
        for (const target of targets) {
          const selector = poolSelector(target);
          assert.ok(Object.keys(selector).length > 2, JSON.stringify(selector));
          assert.deepEqual(selector, poolLabels(rendered.scenario, target));
          const ports =
            target.llmd.gateway === "none"
              ? [Number(flag(picker(target).args, "--endpoint-target-ports"))]
              : namedObject("InferencePool", routerRelease(target)).spec.targetPorts.map(
                  ({ number }: { number: number }) => number,
                );
          assert.deepEqual(ports, [8000]);
        }
      });

      itOfAll("has the pods of its roles in its pool, and no other pods of the namespace", () => {
        for (const target of targets) {
          const selector = poolSelector(target);
          const expected = rolesOf(target).map((role) => roleWorkload(target, role));
          const selected = rendered.objects.filter((object) => {
            const template = podTemplate(object);
            return template !== null && matches(selector, template.metadata?.labels);
          });
          assert.deepEqual(selected.map(({ metadata }) => metadata?.name).sort(), expected.sort());
        }
      });

      itOfAll("serves and probes on one port per role, behind the sidecar where there is one", () => {
        for (const target of targets) {
          for (const role of rolesOf(target)) {
            const { engine, sidecar } = renderedRole(rendered, target, role);
            const port = role === "decode" && target.llmd.prefill !== null ? 8200 : 8000;
            const { startupProbe, readinessProbe, livenessProbe } = engine;
            for (const probe of [startupProbe, readinessProbe, livenessProbe]) assert.equal(probe?.httpGet?.port, port);
            assert.deepEqual(
              engine.ports?.map(({ name, containerPort }) => [name, containerPort]),
              [["metrics", port]],
            );
            assert.equal(enginePortOf(target, role), port);
            if (target.llmd.simulator === null) assert.equal(flag(engine.args, "--port"), String(port));
            assert.equal(sidecar !== null, port === 8200);
            if (sidecar === null) continue;
            assert.deepEqual([flag(sidecar.args, "--port"), flag(sidecar.args, "--vllm-port")], ["8000", "8200"]);
          }
        }
      });

      itOfAll("asks for one accelerator resource, as many as the scenario counts", () => {
        for (const target of targets) {
          const held = rolesOf(target).map((role) => {
            const settings = target.llmd[role];
            assert.ok(settings !== null);
            const { engine, workload } = renderedRole(rendered, target, role);
            const { limits = {}, requests = {} } = engine.resources ?? {};
            const accelerators = Object.keys({ ...limits, ...requests }).filter(
              (key) => key !== "cpu" && key !== "memory",
            );
            if (target.llmd.simulator !== null) {
              assert.deepEqual(accelerators, []);
              return 0;
            }
            const mixed = target.gpu.mig !== null && rendered.scenario.cluster?.migStrategy === "mixed";
            const resource = mixed ? `nvidia.com/mig-${target.gpu.mig?.profile}` : "nvidia.com/gpu";
            assert.deepEqual(accelerators, [resource]);
            assert.equal(Number(limits[resource]), settings.gpusPerPod);
            assert.equal(limits[resource], requests[resource]);
            const pods = workload.spec.replicas * (workload.spec.leaderWorkerTemplate?.size ?? 1);
            assert.equal(pods, settings.replicas * settings.nodes);
            return pods * settings.gpusPerPod;
          });
          const engine = rendered.manifests.engines.find(({ target: of }) => of === target.name);
          const sum = held.reduce((total, gpus) => total + gpus, 0);
          assert.deepEqual([sum, sum], [target.llmd.simulator === null ? llmdGpus(target.llmd) : 0, engine?.gpus]);
        }
      });

      itOfAll("gives the engine each argument once, and the roles' own", () => {
        for (const target of targets.filter(({ llmd }) => llmd.simulator === null))
          for (const role of rolesOf(target)) {
            const { engine } = renderedRole(rendered, target, role);
            const flags = (engine.args ?? []).filter((arg) => arg.startsWith("--")).map((arg) => arg.split("=")[0]);
            assert.deepEqual(flags, [...new Set(flags)]);
            const settings = target.llmd[role];
            assert.equal(flag(engine.args, "--tensor-parallel-size"), String(settings?.tensorParallel));
            assert.equal(flag(engine.args, "--served-model-name"), target.model.name);
            assert.equal(flag(engine.args, "--data-parallel-size") ?? "1", String(settings?.dataParallel));
            assert.equal(flag(engine.args, "--kv-transfer-config") !== undefined, target.llmd.prefill !== null);
            for (const argument of settings?.extraArgs ?? []) assert.ok(engine.args?.includes(argument), argument);
          }
      });

      it("holds no secret: neither among values, nor as an object, nor in an environment", () => {
        for (const { release, objects } of rendered.releases) {
          assert.doesNotMatch(JSON.stringify(release.spec.values), /hf_[A-Za-z0-9]{4}/);
          assert.deepEqual(
            objects.filter(({ kind }) => kind === "Secret"),
            [],
          );
          for (const object of objects)
            for (const { env = [] } of podTemplate(object)?.spec?.containers ?? [])
              for (const { name, value } of env)
                if (/TOKEN|API_?KEY|PASSWORD|SECRET/i.test(name)) assert.equal(value, undefined, name);
        }
      });

      it("sets no value to null, which Pulumi's provider leaves out and helm takes for the chart's own default", () => {
        for (const { release } of rendered.releases)
          assert.doesNotMatch(JSON.stringify(release.spec.values), /[:[,]null[,\]}]/);
      });

      it("leaves no token unresolved, and pins every image", () => {
        for (const { text, objects } of rendered.releases) {
          // Of a proxy's own log format, Envoy's %START_TIME% is none of ours.
          assert.doesNotMatch(text, /\{\{|REPLACE_ENV|<no value>|%!|<nil>/);
          for (const object of objects) {
            const { containers = [], initContainers = [] } = podTemplate(object)?.spec ?? {};
            for (const { image } of [...containers, ...initContainers])
              assert.match(
                image ?? "",
                /^[a-z0-9.-]+\.[a-z]+\/.+(@sha256:[0-9a-f]{64}|:(?!latest|main|.*-?dev)[\w.-]+)$/,
              );
          }
        }
      });

      it("brings objects of its namespace only, and no object twice", () => {
        for (const { release, objects } of rendered.releases)
          for (const { kind, metadata } of objects) {
            assert.ok(namespacedKinds.has(kind ?? ""), `${release.metadata.name} brings ${kind} ${metadata?.name}`);
            assert.equal(metadata?.namespace ?? release.metadata.namespace, release.metadata.namespace);
          }
        const keys = rendered.objects.map(({ kind, metadata }) => `${kind}/${metadata?.name}`);
        assert.deepEqual(
          keys.filter((key, i) => keys.indexOf(key) !== i),
          [],
        );
      });

      it("has what others address under the names that they use", () => {
        for (const target of targets) {
          const engine = rendered.manifests.engines.find(({ target: of }) => of === target.name);
          const isRendered = (release: string | null) =>
            rendered.releases.some((of) => of.release.metadata.name === release);
          for (const { kind, name, role, release } of engine?.workloads ?? [])
            if (role !== "gateway" && isRendered(release)) namedObject(kind, name);
          const service = namedObject("Service", endpointPickerName(target));
          const numbers = service.spec.ports.map(({ port }: { port: number }) => port);
          assert.ok(numbers.includes(9090), "the picker's metrics");
          assert.equal(numbers.includes(8081), target.llmd.gateway === "none");
          if (target.llmd.gateway === "none") continue;
          const route = namedObject("HTTPRoute", routerRelease(target));
          if (isRendered(gatewayRelease(rendered.scenario))) namedObject("Gateway", gatewayName(rendered.scenario));
          assert.equal(route.spec.parentRefs[0].name, gatewayName(rendered.scenario));
          namedObject("InferencePool", route.spec.rules[0].backendRefs[0].name);
        }
      });

      itOfAll("finds by its Services and monitors the pods that they are for, at a port of that name", () => {
        const monitors = ["PodMonitor", "PodMonitoring"];
        for (const target of targets) {
          const addressed = rolesOf(target).map(
            (role) => [`${target.name}-${role}-pods`, roleWorkload(target, role)] as const,
          );
          for (const [service, workload] of addressed) {
            const { selector, ports } = namedObject("Service", service).spec;
            assert.deepEqual(selectedBy(rendered, selector, ports[0].targetPort), [workload]);
          }
        }
        for (const { kind, metadata, spec } of rendered.objects.filter(({ kind }) => monitors.includes(kind ?? ""))) {
          const port = (spec.podMetricsEndpoints ?? spec.endpoints)[0].port;
          const [found, ...others] = selectedBy(rendered, spec.selector.matchLabels, port);
          assert.ok(found !== undefined && others.length === 0, `${kind} ${metadata?.name}: ${[found, ...others]}`);
        }
      });

      it("starts the picker with a configuration that is there, and anew when it changes", () => {
        for (const target of targets) {
          const file = flag(picker(target).args, "--config-file")?.split("/").at(-1) ?? "";
          assert.match(file, /^llm-bench-[0-9a-f]{8}\.yaml$/);
          const config = namedObject("ConfigMap", endpointPickerName(target)).data?.[file] ?? "";
          assert.match(config, /kind: EndpointPickerConfig/);
          assert.ok(picker(target).args?.includes("--metrics-endpoint-auth=false"));
        }
      });
    });
});

/** Workloads whose pods a selector finds and that have a port of this name. */
function selectedBy(
  { objects }: RenderedScenario,
  selector: Record<string, string>,
  port: string,
): (string | undefined)[] {
  return objects.flatMap((object) => {
    const template = podTemplate(object);
    if (template === null || !matches(selector, template.metadata?.labels)) return [];
    const ports = (template.spec?.containers ?? []).flatMap(({ ports = [] }) => ports.map(({ name }) => name));
    assert.ok(ports.includes(port), `${object.metadata?.name} has no port ${port}: ${ports}`);
    return [object.metadata?.name];
  });
}
