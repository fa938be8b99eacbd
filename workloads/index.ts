export { renderPlan, type TargetEndpoint, workloadOf } from "./plan.ts";
export { loadProfile, profileNames, promptFile, promptText } from "./profile.ts";
export type { Profile } from "./profileSchema.ts";
