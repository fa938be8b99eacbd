import type * as pulumi from "@pulumi/pulumi";
import { Engine, type EngineArgs } from "./engine.ts";

/** The SIMULATED engine on a stock Node image: everything but the GPU is as with a real one. */
export class SimulatedEngine extends Engine {
  constructor(name: string, args: EngineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("SimulatedEngine", name, args, opts);
  }
}
