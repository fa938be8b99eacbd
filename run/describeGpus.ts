import type { ExistingTarget, Scenario, Target } from "../scenario/scenario.ts";
import { isSimulated } from "../scenario/simulated.ts";
import { targetGpus } from "../scenario/targetGpus.ts";

type DeployedTarget = Exclude<Target, ExistingTarget>;

/** GPUs and money: all engines stand side by side while their runs take turns. */
export function describeGpus({
  targets,
  together: atOnce,
}: Pick<Scenario, "targets" | "together">): [string, string][] {
  const deployed = targets.filter(
    (target): target is DeployedTarget => target.method !== "existing" && !isSimulated(target),
  );
  if (deployed.length === 0) return [];
  const counts = deployed.map((target) => ({ gpu: target.gpu.name, count: targetGpus(target) }));
  const names = [...new Set(counts.map(({ gpu }) => gpu))];
  const sum = (name: string) => counts.reduce((total, { gpu, count }) => total + (gpu === name ? count : 0), 0);
  const most = (name: string) => Math.max(...counts.map(({ gpu, count }) => (gpu === name ? count : 0)));
  const together = names.map((name) => `${sum(name)} x ${name}`).join(" + ");
  const inTurn = names.map((name) => `${most(name)} x ${name}`).join(" + ");
  // Engines on different GPUs need the same either way, and those that are loaded at once must all be there.
  const gpus =
    inTurn === together || atOnce ? together : `${together} together; ${inTurn} with ./bench compare --in-turn`;
  return [
    ["GPUs", gpus],
    ["cost", describeCost(deployed)],
  ];
}

function describeCost(targets: readonly DeployedTarget[]): string {
  const priced = targets.flatMap((target) => {
    const { gpu, price } = target;
    return price === null ? [] : [{ gpu, price, usdPerHour: price.usdPerGpuHour * targetGpus(target) }];
  });
  const unpriced = targets.filter(({ price }) => price === null);
  const missing = unpriced.map(({ gpu }) => `no price of ${gpu.name} is known: set prices.${gpu.name}`);
  const total = priced.reduce((sum, { usdPerHour }) => sum + usdPerHour, 0);
  const sources = priced.map(
    ({ gpu, price }) => `${gpu.name} at $${price.usdPerGpuHour}: ${price.source}, ${price.asOf}`,
  );
  const known =
    priced.length > 0 ? [`$${total.toFixed(2)} per hour while deployed (${[...new Set(sources)].join("; ")})`] : [];
  return [...known, ...new Set(missing)].join("; ");
}
