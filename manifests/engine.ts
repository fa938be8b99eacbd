import type { Scenario, Target } from "../scenario/scenario.ts";
import { existingEndpoint } from "./existingEndpoint.ts";
import type { EngineManifests, SourceBundle } from "./kubernetesObject.ts";
import { llmdManifests } from "./llmd/llmdManifests.ts";
import { simulatedEngineManifests } from "./simulatedEngine.ts";
import { vllmStandaloneManifests } from "./vllmStandalone.ts";

/** All objects of a target's engine and where it answers. */
export function engineManifests(scenario: Scenario, target: Target, simulator: SourceBundle): EngineManifests {
  switch (target.method) {
    case "standalone":
      return vllmStandaloneManifests(scenario, target);
    case "simulated":
      return simulatedEngineManifests(scenario, target, simulator);
    case "existing":
      return existingEndpoint(scenario, target);
    case "llm-d":
      return llmdManifests(scenario, target, simulator);
  }
}
