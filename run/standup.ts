import type { EngineEndpoint } from "../manifests/kubernetesObject.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { Driver } from "./driver.ts";
import type { Readiness } from "./engineReadiness.ts";
import { RunError } from "./runError.ts";

/** Waits for all engines of a stack and says how they are reached. Throws a RunError that names every one that failed. */
export async function standup(
  scenario: Scenario,
  ready: (target: string) => Promise<Readiness>,
  endpointOf: (target: string) => EngineEndpoint,
  driver: Driver,
): Promise<void> {
  const ends = await Promise.all(scenario.targets.map(async ({ name }) => ({ name, readiness: await ready(name) })));
  const failed = ends.flatMap(({ name, readiness }) =>
    "error" in readiness ? [`engine ${name}: ${readiness.error.message}; ${readiness.error.next}`] : [],
  );
  if (failed.length > 0) throw new RunError(failed.join("\n"));
  for (const { name } of ends) {
    const endpoint = endpointOf(name);
    const key = endpoint.apiKeySecret === null ? "no key" : `key in Secret ${endpoint.apiKeySecret.name}`;
    driver.say(`engine ${name} answers in the cluster at ${endpoint.url} (model ${endpoint.servedModel}, ${key})`);
  }
}
