import type { V1Node, V1Pod, V1PodSpec } from "@kubernetes/client-node";
import type { KubernetesObject } from "../manifests/kubernetesObject.ts";
import { labelKeys, labelValue } from "../manifests/labels.ts";
import { podNeedsOf } from "../manifests/llmd/podNeeds.ts";
import type { PlatformName, Scenario } from "../scenario/scenario.ts";
import { groupProblem } from "./groupFit.ts";
import { allocatable, type Demand, demandOf, hasLabels, nextFor, untolerated, what, whyNoNode } from "./nodeFit.ts";
import type { ClusterView, PreflightObjects, PreflightProblem } from "./preflight.ts";

interface Found {
  readonly problems: PreflightProblem[];
  readonly facts: string[];
}

interface Workload extends KubernetesObject {
  readonly spec?: { readonly replicas?: number; readonly template?: { readonly spec?: V1PodSpec } };
}

/** One kind of pod of the scenario and how many of it run at the same time. */
interface Wanted {
  readonly subject: string;
  readonly demand: Demand;
  readonly pods: number;
}

/**
 * Are there nodes for the pods of a scenario? First each pod alone on an empty node; then all engines together, for they
 * hold their GPUs at the same time; then what other pods leave free.
 */
export function nodeProblems(objects: PreflightObjects, view: ClusterView, scenario: Scenario): Found {
  const { stack, platform } = scenario;
  const harness = harnessOf(objects);
  const wanted = [
    ...objects.engines.flatMap(({ target, objects: own }) => [
      ...podsWanted(own, `engine "${target}"`),
      ...podsOfCharts(scenario, target),
    ]),
    ...harness,
  ];
  if (view.nodes === null) {
    const message = "we may not list nodes: whether they have the GPUs, CPUs and memory asked for was not checked";
    return {
      problems: [{ severity: "warning", message, next: "ask for the right to list nodes, or go on" }],
      facts: [],
    };
  }
  const usable = view.nodes.filter(isUsable);
  const problems = wanted.flatMap(({ subject, demand }): PreflightProblem[] => {
    const never = whyNoNode(usable, demand);
    if (never === null) return [];
    return [
      {
        ...never,
        message: `${subject}: ${never.message}`,
        severity: mayScaleUp(platform, usable, demand) ? "warning" : "problem",
      },
    ];
  });
  for (const { demand } of scenario.together ? harness : []) {
    const group = whyNoNode(usable, demand) === null ? groupProblem(scenario.targets.length, demand, usable) : null;
    if (group !== null) problems.push(group);
  }
  const facts = [`${usable.length} of ${view.nodes.length} nodes are ready and take pods`];
  for (const group of sameNodes(wanted.filter(({ demand }) => devices(demand).length > 0))) {
    const found = deviceProblems(group, usable, view.pods, stack);
    facts.push(...found.facts);
    // Said above already, with the cause, where not one node has the GPUs of one pod; too few cores are another matter.
    if (!group.some(({ demand }) => whyNoNode(usable, devicesOnly(demand)))) problems.push(...found.problems);
  }
  return { problems, facts };
}

function harnessOf({ others }: PreflightObjects): Wanted[] {
  // Jobs ask for the same and run one after the other, but for those of a group: one stands for all.
  const [first] = podsWanted(others.filter(({ kind }) => kind === "Job").slice(0, 1), "harness");
  return first ? [first] : [];
}

function podsWanted(objects: readonly KubernetesObject[], subject: string): Wanted[] {
  return objects
    .filter(({ kind }) => kind === "Deployment" || kind === "Job")
    .flatMap((object): Wanted[] => {
      const { spec, kind } = object as Workload;
      if (!spec?.template?.spec) return [];
      const name = kind === "Job" && subject.startsWith("engine") ? `${subject}, download of the model` : subject;
      return [{ subject: name, demand: demandOf(spec.template.spec), pods: kind === "Job" ? 1 : (spec.replicas ?? 1) }];
    });
}

/** Pods that charts make are in no object of ours. */
function podsOfCharts(scenario: Scenario, name: string): Wanted[] {
  const target = scenario.targets.find((one) => one.name === name);
  if (target?.method !== "llm-d") return [];
  return podNeedsOf(scenario, target).map(({ role, pods, spec }) => ({
    subject: `engine "${name}", ${role}`,
    demand: demandOf(spec),
    pods,
  }));
}

/** Of one kind of GPU, on one kind of node. */
function sameNodes(wanted: readonly Wanted[]): Wanted[][] {
  const key = ({ demand }: Wanted) => JSON.stringify([devices(demand), Object.entries(demand.selector).sort()]);
  return [...new Set(wanted.map(key))].map((one) => wanted.filter((entry) => key(entry) === one));
}

function deviceProblems(
  group: readonly Wanted[],
  nodes: readonly V1Node[],
  pods: readonly V1Pod[] | null,
  stack: string,
): Found {
  const [first] = group as [Wanted];
  const [resource] = devices(first.demand) as [string];
  const { selector, tolerations } = first.demand;
  const fitting = nodes.filter((node) => hasLabels(node, selector) && untolerated(node, tolerations).length === 0);
  const label = Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(", ");
  const who = `${group.map(({ subject }) => subject).join(" and ")} together`;
  const asked = group.reduce((sum, { demand, pods: count }) => sum + (demand.requests[resource] ?? 0) * count, 0);
  const there = fitting.reduce((sum, node) => sum + allocatable(node, resource), 0);
  const where = `${fitting.length} nodes${label === "" ? "" : ` with ${label}`}`;
  const next = `${nextFor(resource)} Two targets in turn on one set of GPUs: ./bench compare --in-turn`;
  if (pods === null) {
    const facts = [`${where}: ${what(resource, there)} in total, ${asked} asked for; what is free could not be read`];
    const message = `${who} ask for ${what(resource, asked)}, the ${where} have ${there}`;
    return { facts, problems: asked > there ? [{ severity: "problem", message, next }] : [] };
  }
  const free = fitting.map((node) => allocatable(node, resource) - taken(node, resource, pods, stack));
  const freeTotal = free.reduce((sum, amount) => sum + amount, 0);
  const facts = [`${where}: ${what(resource, there)} in total, ${freeTotal} free, ${asked} asked for`];
  if (asked > there) {
    const message = `${who} ask for ${what(resource, asked)}, the ${where} have ${there}`;
    return { facts, problems: [{ severity: "problem", message, next }] };
  }
  if (!packs(group, resource, free)) {
    const most = Math.max(0, ...free);
    const message = `${who} ask for ${what(resource, asked)}; of the ${there} on ${where} ${freeTotal} are free, ${most} at most on one node`;
    return { facts, problems: [{ severity: "warning", message, next: `wait until others have ended, or: ${next}` }] };
  }
  return { facts, problems: [] };
}

/** Largest pods first, each on the fullest node that takes it. */
function packs(group: readonly Wanted[], resource: string, free: readonly number[]): boolean {
  const left = [...free];
  const sizes = group.flatMap(({ demand, pods }) => Array.from({ length: pods }, () => demand.requests[resource] ?? 0));
  return sizes
    .sort((a, b) => b - a)
    .every((size) => {
      const [best] = left
        .map((amount, i) => ({ amount, i }))
        .filter(({ amount }) => amount >= size)
        .sort((a, b) => a.amount - b.amount);
      if (best === undefined) return false;
      left[best.i] = best.amount - size;
      return true;
    });
}

/** What pods of others hold on a node; ours are replaced by what we ask for. */
function taken(node: V1Node, resource: string, pods: readonly V1Pod[], stack: string): number {
  return pods
    .filter(({ spec }) => spec?.nodeName === node.metadata?.name)
    .filter(({ metadata }) => metadata?.labels?.[labelKeys.stack] !== labelValue(stack))
    .reduce((sum, { spec }) => sum + (spec ? (demandOf(spec).requests[resource] ?? 0) : 0), 0);
}

function isUsable(node: V1Node): boolean {
  const ready = node.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True");
  return ready === true && node.spec?.unschedulable !== true;
}

/** On GKE a pool that is scaled to nothing has no node whose label could be seen. */
function mayScaleUp(platform: PlatformName, nodes: readonly V1Node[], { selector }: Demand): boolean {
  return platform === "gke" && !nodes.some((node) => hasLabels(node, selector));
}

function devicesOnly(demand: Demand): Demand {
  const requests = devices(demand).map((name) => [name, demand.requests[name] ?? 0] as const);
  return { ...demand, requests: Object.fromEntries(requests) };
}

/** Extended resources, i.e. GPUs and slices: those with a vendor's name. */
function devices({ requests }: Demand): string[] {
  return Object.keys(requests).filter((name) => name.includes("/") && (requests[name] ?? 0) > 0);
}
