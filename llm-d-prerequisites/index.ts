import * as pulumi from "@pulumi/pulumi";
import { prerequisitesProgram } from "../components/llmdPrerequisitesProgram.ts";

/** What llm-d needs of a whole cluster: docs/llm-d-prerequisites.md. */
export default async function program() {
  try {
    return await prerequisitesProgram(pulumi.runtime.allConfig(), pulumi.getStack());
  } catch (error) {
    // What is wrong with a stack file or a cluster, as Pulumi prints it without a stack trace.
    const { message, next } = error as Error & { readonly next?: string };
    throw new pulumi.RunError(next === undefined ? message : `${message}; ${next}`);
  }
}
