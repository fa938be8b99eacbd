import type * as pulumi from "@pulumi/pulumi";
import { Engine, type EngineArgs } from "./engine.ts";

/** An engine deployed by other means, at a Service of the cluster or any URL that its pods reach. */
export class ExistingEndpoint extends Engine {
  constructor(name: string, args: EngineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ExistingEndpoint", name, args, opts);
  }
}
