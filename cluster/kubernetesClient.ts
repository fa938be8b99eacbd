/*
 * What #kubernetes-client means: the client and the HTTP client under it, which the bundle would otherwise hold a second
 * time beside the package.
 */
export * from "@kubernetes/client-node";
export { Agent, type Dispatcher, request } from "undici";
