import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { V1Deployment, V1PersistentVolumeClaim, V1Secret, V1Service } from "@kubernetes/client-node";
import { roleSelector, rolesOf } from "../../manifests/llmd/pool.ts";
import { containersOf, named, objectsOf, podsOf } from "./pods.ts";
import { scenarios } from "./scenarios.ts";

const dnsName = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
const labelKey = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

for (const [name, scenario] of scenarios) {
  const objects = objectsOf(scenario);
  const pods = podsOf(objects);

  describe(`manifests: ${name}`, () => {
    it("say what they are, have names and labels that the API server takes, and no two are the same object", () => {
      const keys = objects.map(({ apiVersion, kind, metadata }) => {
        assert.ok(apiVersion && kind && metadata?.name, JSON.stringify(metadata));
        assert.ok(metadata.name.length <= 63 && dnsName.test(metadata.name), metadata.name);
        assert.equal(metadata.namespace === undefined, kind === "Namespace", `${kind} ${metadata.name}`);
        return `${kind}/${metadata.namespace}/${metadata.name}`;
      });
      assert.deepEqual(
        keys.filter((key, i) => keys.indexOf(key) !== i),
        [],
      );
      const labels = [...objects.map(({ metadata }) => metadata?.labels ?? {}), ...pods.map((pod) => pod.labels)];
      for (const [key, value] of labels.flatMap(Object.entries)) {
        assert.match(key, labelKey);
        assert.match(value, labelValue);
      }
    });

    it("pass the Pod Security Standard restricted, on every platform with the user id it wants", () => {
      const assigned = scenario.platform === "ocp";
      for (const pod of pods) {
        const { securityContext, volumes = [], hostNetwork, hostPID, hostIPC } = pod.spec;
        assert.equal(securityContext?.runAsNonRoot, true);
        assert.equal(securityContext?.seccompProfile?.type, "RuntimeDefault");
        assert.deepEqual(
          [securityContext?.runAsUser, securityContext?.fsGroup],
          Array(2).fill(assigned ? undefined : 1000),
        );
        assert.deepEqual([hostNetwork, hostPID, hostIPC], [undefined, undefined, undefined]);
        for (const { name: _name, ...source } of volumes)
          assert.ok(["configMap", "emptyDir", "persistentVolumeClaim"].includes(Object.keys(source)[0] as string));
        for (const { securityContext: own, ports = [] } of containersOf(pod)) {
          assert.deepEqual([own?.allowPrivilegeEscalation, own?.capabilities?.drop], [false, ["ALL"]]);
          assert.deepEqual(
            [own?.privileged, own?.capabilities?.add, own?.runAsUser],
            [undefined, undefined, undefined],
          );
          for (const { hostPort } of ports) assert.equal(hostPort, undefined);
        }
      }
    });

    it("give no pod a token of the API server, nor variables of other Services", () => {
      for (const { spec } of pods) {
        assert.deepEqual([spec.automountServiceAccountToken, spec.enableServiceLinks], [false, false]);
        assert.ok(spec.serviceAccountName);
      }
    });

    it("pin every image", () => {
      for (const { image } of pods.flatMap(containersOf)) {
        assert.match(image as string, /(:[^/:]+|@sha256:[0-9a-f]{64})$/);
        assert.ok(!(image as string).endsWith(":latest"));
      }
    });

    it("say how much CPU and memory every container gets; GPUs are requested as they are limited, of one kind", () => {
      for (const { resources, name: container } of pods.flatMap(containersOf)) {
        const { requests = {}, limits = {} } = resources ?? {};
        for (const kind of ["cpu", "memory"]) assert.ok(requests[kind] && limits[kind], `${container} ${kind}`);
        const gpus = (list: object) => Object.entries(list).filter(([resource]) => resource.startsWith("nvidia.com/"));
        assert.deepEqual(gpus(requests), gpus(limits));
        assert.ok(gpus(limits).length <= 1);
      }
    });

    it("mount only volumes, refer only to objects, and run only as identities, that are there", () => {
      const existing = scenario.cluster?.modelStorage.claim;
      const names = (kind: string) => named(objects, kind).map(({ metadata }) => metadata?.name);
      for (const pod of pods) {
        const volumes = pod.spec.volumes ?? [];
        for (const { persistentVolumeClaim, configMap } of volumes) {
          if (persistentVolumeClaim && persistentVolumeClaim.claimName !== existing)
            assert.ok(names("PersistentVolumeClaim").includes(persistentVolumeClaim.claimName));
          if (configMap) assert.ok(names("ConfigMap").includes(configMap.name), configMap.name);
        }
        const accounts = [...names("ServiceAccount"), scenario.harness.serviceAccount];
        assert.ok(accounts.includes(pod.spec.serviceAccountName), pod.spec.serviceAccountName);
        for (const { volumeMounts = [], env = [] } of containersOf(pod)) {
          for (const mount of volumeMounts)
            assert.ok(
              volumes.some((volume) => volume.name === mount.name),
              mount.name,
            );
          for (const { valueFrom } of env) {
            const secret = valueFrom?.secretKeyRef;
            if (secret && !secret.optional) assert.ok(names("Secret").includes(secret.name), secret.name);
          }
        }
      }
    });

    it("select the pods of one engine, by Deployment and Service alike", () => {
      const deployments = named<V1Deployment>(objects, "Deployment");
      const all = named<V1Service>(objects, "Service");
      // One without an address tells where the pods of several replicas are.
      const [services, addresses] = [all, all].map((list, headless) =>
        list.filter(({ spec }) => (spec?.clusterIP === "None") === (headless === 1)),
      ) as [V1Service[], V1Service[]];
      assert.equal(deployments.length, services.length);
      // llm-d's pods come from releases, and each role has one of its own.
      const roles = scenario.targets.flatMap((target) =>
        target.method === "llm-d" ? rolesOf(target).map((role) => roleSelector(scenario, target, role)) : [],
      );
      assert.equal(addresses.length, roles.length + deployments.filter(({ spec }) => (spec?.replicas ?? 1) > 1).length);
      const selectors = [...roles, ...services.map(({ spec }) => spec?.selector)];
      for (const { spec } of addresses)
        assert.ok(selectors.some((selector) => isDeepStrictEqual(selector, spec?.selector)));
      for (const [i, { spec }] of deployments.entries()) {
        const selector = spec?.selector.matchLabels ?? {};
        assert.deepEqual(services[i]?.spec?.selector, selector);
        const selected = pods.filter(({ labels }) =>
          Object.entries(selector).every(([key, value]) => labels[key] === value),
        );
        assert.equal(selected.length, 1);
        assert.equal(spec?.strategy?.type, "Recreate");
      }
    });

    it("wait for nothing without end", () => {
      for (const { spec, name: pod } of pods.filter(({ spec }) => spec.restartPolicy === "Never")) {
        const job = objects.find(({ metadata, kind }) => kind === "Job" && metadata?.name === pod);
        const limited = (job as { spec?: { activeDeadlineSeconds?: number } } | undefined)?.spec ?? spec;
        assert.ok(limited.activeDeadlineSeconds, pod);
      }
      for (const { spec } of named<V1Deployment>(objects, "Deployment")) {
        assert.equal(spec?.progressDeadlineSeconds, scenario.cluster?.readyTimeoutSeconds);
        const probe = spec?.template.spec?.containers[0]?.startupProbe;
        const allowed = (probe?.periodSeconds ?? 0) * (probe?.failureThreshold ?? 0);
        assert.ok(allowed >= (scenario.cluster?.readyTimeoutSeconds ?? Number.POSITIVE_INFINITY));
      }
    });

    it("hold Secrets by name only, and claims with a size", () => {
      for (const secret of named<V1Secret>(objects, "Secret"))
        assert.deepEqual([secret.data, secret.stringData, secret.type], [undefined, undefined, "Opaque"]);
      for (const { spec } of named<V1PersistentVolumeClaim>(objects, "PersistentVolumeClaim"))
        assert.match(spec?.resources?.requests?.storage ?? "", /^\d+Gi$/);
    });
  });
}
