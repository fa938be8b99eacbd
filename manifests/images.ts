import type { Scenario } from "../scenario/scenario.ts";

/** Stock image that runs our programs: nothing of ours has to be built, pushed or pulled. */
export const nodeImage = "docker.io/library/node:24-bookworm-slim";

/** The image for pods that need Node: a mirror's name, given for the load generator, counts for all of them. */
export function nodeImageOf({ harness }: Scenario): string {
  return harness.name === "llmbench" ? (harness.image ?? nodeImage) : nodeImage;
}
