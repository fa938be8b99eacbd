export { type ForeignProfile, type ForeignProfileRequest, loadForeignProfile } from "./foreignProfile.ts";
export { renderPlan, type TargetEndpoint } from "./plan.ts";
export { loadProfile, promptFile, promptText } from "./profile.ts";
export { profileNames } from "./profileFile.ts";
export type { Profile } from "./profileSchema.ts";
export { seedOf } from "./seed.ts";
export { type TokenSources, tokenValues } from "./template.ts";
export {
  type ForeignWorkload,
  plannedSeconds,
  processOf,
  runSeed,
  tokenizerOf,
  type Workload,
  workloadOf,
} from "./workload.ts";
