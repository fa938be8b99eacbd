import type * as pulumi from "@pulumi/pulumi";
import { Engine, type EngineArgs } from "./engine.ts";

/** A model served by llm-d: releases of its charts for the router and the pods of each role, with the model on a claim. */
export class Llmd extends Engine {
  constructor(name: string, args: EngineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Llmd", name, args, opts);
  }
}
