import type * as pulumi from "@pulumi/pulumi";
import { Engine, type EngineArgs } from "./engine.ts";

/** vLLM as one Deployment behind one Service, with its model on a claim. */
export class VllmStandalone extends Engine {
  constructor(name: string, args: EngineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("VllmStandalone", name, args, opts);
  }
}
