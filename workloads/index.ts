export { renderPlan, type TargetEndpoint, workloadOf } from "./plan.ts";
export { loadProfile, profileNames, promptFile } from "./profile.ts";
export type { Profile } from "./profileSchema.ts";
