import * as pulumi from "@pulumi/pulumi";

export interface LocalBenchmarkArgs {
  readonly scenario: string;
  /** Run id -> fingerprint of all that can change its result; a change of either is what `preview` shows. */
  readonly runs: Readonly<Record<string, string>>;
}

/**
 * The runs of a stack on platform `local`. It owns nothing that outlives `up`: simulator and generator are child
 * processes. It is in the state so that preview shows what would run again, and why.
 */
export class LocalBenchmark extends pulumi.ComponentResource {
  readonly runs: pulumi.Output<string[]>;

  constructor(name: string, args: LocalBenchmarkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("llmbench:components:LocalBenchmark", name, args, opts);
    this.runs = pulumi.output(Object.keys(args.runs));
    this.registerOutputs({ runs: this.runs });
  }
}
