/* The client, and the HTTP client under it of the very version that it asks with. */
export * from "@kubernetes/client-node";
export { Agent, type Dispatcher, request } from "undici";
