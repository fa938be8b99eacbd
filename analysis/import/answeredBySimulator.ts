import type { SimulatorMark } from "../../harness/recordFormat.ts";
import type { Provenance } from "../run.ts";
import { readEngine } from "./json/nativeJson.ts";

/**
 * What the engine said of itself when it is our simulated one, whatever the scenario calls it; null where it did not, or
 * nobody was asked. A run is simulated when the scenario says so or this is not null: for manifest and import alike.
 * @param native the folder of the load generator's files  @throws ImportError for an engine.json that cannot be read
 */
export async function answeredBySimulator(native: string): Promise<SimulatorMark | null> {
  return (await readEngine(native))?.simulator ?? null;
}

/** What the report says the simulation assumed, where the scenario knows of none. */
export function undeclaredSimulation({ version, speed }: SimulatorMark): NonNullable<Provenance["simulation"]> {
  const text =
    `The scenario names a real engine, but the simulated engine of this project (version ${version}) answered; ` +
    `what it imitates is not known${speed === null ? ", nor how fast its time ran" : ""}.`;
  return { assumptions: [text], speed: speed ?? 1 };
}
