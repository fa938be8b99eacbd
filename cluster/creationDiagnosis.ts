import { type Diagnosis, fatal, patient } from "./diagnosis.ts";

/**
 * Why a Deployment or Job gets no pod at all. `words`: message of the Deployment's condition ReplicaFailure, or of an
 * event FailedCreate of a Job or ReplicaSet. Completes "Deployment x ..." or "Job x ...".
 */
export function diagnoseCreation(words: string): Diagnosis {
  const text = words
    .replace(/^(\(combined from similar events\): )?Error creating: /, "")
    .replace(/^pods "[^"]*" is forbidden: /, "")
    .trim();
  if (text.includes("exceeded quota")) {
    return {
      ...patient(60),
      state: "refused",
      message: `gets no pod, the namespace's quota does not allow it: ${text}`,
      next: "free something in the namespace, raise its ResourceQuota, or use another namespace (cluster.namespace)",
    };
  }
  if (text.includes("violates PodSecurity")) {
    return {
      ...fatal,
      state: "refused",
      message: `gets no pod, the namespace's Pod Security Standard refuses it: ${text}`,
      next: 'our pods keep to "restricted": look for a webhook or policy that changes them, or report this as a bug',
    };
  }
  if (text.includes("security context constraint")) {
    return {
      ...fatal,
      state: "refused",
      message: `gets no pod, OpenShift's security context constraints refuse it: ${text}`,
      next: "let the service account use restricted-v2, and leave user ids to the platform",
    };
  }
  if (/serviceaccount "[^"]*" not found/.test(text)) {
    return {
      ...patient(30),
      state: "refused",
      message: `gets no pod, its service account is not there: ${text}`,
      next: "run up again, or correct harnessSettings.serviceAccount",
    };
  }
  return {
    ...patient(60),
    state: "refused",
    message: `gets no pod: ${text}`,
    next: "the API server refuses its pods: change what is named, or ask whoever runs the cluster's admission rules",
  };
}
