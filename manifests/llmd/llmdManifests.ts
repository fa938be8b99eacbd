import type { LlmdTarget, Scenario } from "../../scenario/scenario.ts";
import type { EngineManifests, SourceBundle } from "../kubernetesObject.ts";

/** llm-d for one target: model cache, releases of its charts, routes, and where it answers. */
export function llmdManifests(_scenario: Scenario, target: LlmdTarget, _simulator: SourceBundle): EngineManifests {
  throw new Error(`target ${target.name}: method llm-d comes with a later version; use standalone`);
}
