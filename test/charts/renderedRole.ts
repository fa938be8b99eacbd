import assert from "node:assert/strict";
import type { V1Container } from "@kubernetes/client-node";
import { roleWorkload } from "../../manifests/llmd/llmdNames.ts";
import type { Role } from "../../manifests/llmd/pool.ts";
import type { LlmdTarget } from "../../scenario/scenario.ts";
import { type AnyObject, podTemplate, type RenderedScenario } from "./rendered.ts";

/** The pods of one role of a target, as its chart renders them. */
export interface RenderedRole {
  readonly workload: AnyObject;
  readonly labels: Readonly<Record<string, string>>;
  readonly engine: V1Container;
  readonly sidecar: V1Container | null;
}

export function renderedRole({ objects }: RenderedScenario, target: LlmdTarget, role: Role): RenderedRole {
  const workload = objects.find(
    (object) => object.metadata?.name === roleWorkload(target, role) && podTemplate(object) !== null,
  );
  assert.ok(workload !== undefined, `there is no ${roleWorkload(target, role)}`);
  const template = podTemplate(workload);
  assert.ok(template !== null && template.spec !== undefined);
  const [engine, ...others] = template.spec.containers;
  assert.ok(engine !== undefined);
  assert.deepEqual(others, [], "one container beside native sidecars");
  const sidecar = (template.spec.initContainers ?? []).find(({ restartPolicy }) => restartPolicy === "Always");
  return { workload, labels: template.metadata?.labels ?? {}, engine, sidecar: sidecar ?? null };
}

/** Value of a flag among arguments "--flag", "value" or "--flag=value"; undefined where it is not there. */
export function flag(args: readonly string[] | undefined, name: string): string | undefined {
  const list = args ?? [];
  const joined = list.find((arg) => arg.startsWith(`${name}=`));
  if (joined !== undefined) return joined.slice(name.length + 1);
  const at = list.indexOf(name);
  return at === -1 ? undefined : list[at + 1];
}
