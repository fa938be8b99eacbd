import type { IncomingMessage } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { V1Pod } from "@kubernetes/client-node";
import { serverOf } from "../apiServer.ts";
import { hostAddress } from "../hostAddress.ts";
import { certificateFor } from "./certificate.ts";
import { podPatch } from "./podPatch.ts";

export interface SmallNode {
  /** Pods as they were sent, in the order in which they came. */
  readonly sent: readonly V1Pod[];
  remove(): Promise<void>;
}

const path = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";

/**
 * Lets the pods of one namespace run on a node that is smaller than they ask for: a mutating admission webhook, served by
 * this process, brings CPU and memory down (`podPatch`). The manifests themselves stay as users get them. The namespace
 * need not exist yet.
 * @param gpu a name of the catalogue: what the stand-in for vLLM is told that it has
 */
export async function smallNode(
  kubeconfig: string,
  namespace: string,
  platform: string,
  gpu: string | null = null,
): Promise<SmallNode> {
  const address = await hostAddress(kubeconfig);
  const { key, cert } = certificateFor(address);
  const sent: V1Pod[] = [];
  const server = createServer({ key, cert }, async (request, response) => {
    const { request: asked } = JSON.parse(await bodyOf(request)) as { request: { uid: string; object: V1Pod } };
    sent.push(asked.object);
    const patch = Buffer.from(JSON.stringify(podPatch(asked.object, platform, gpu))).toString("base64");
    const answer = { uid: asked.uid, allowed: true, patchType: "JSONPatch", patch };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", response: answer }));
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const name = `llm-bench-small-node-${namespace}`;
  const api = serverOf(kubeconfig);
  const webhook = {
    name: "small-node.llm-bench.test",
    admissionReviewVersions: ["v1"],
    sideEffects: "None",
    clientConfig: {
      url: `https://${address}:${(server.address() as AddressInfo).port}/`,
      caBundle: Buffer.from(cert).toString("base64"),
    },
    rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"], scope: "Namespaced" }],
    // Set on every namespace by the API server: others in the cluster are not touched.
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    failurePolicy: "Fail",
    timeoutSeconds: 10,
  };
  await api.send("POST", path, { metadata: { name }, webhooks: [webhook] }).catch(async (error) => {
    await closed(server);
    throw error;
  });
  return {
    sent,
    remove: async () => {
      await api.send("DELETE", `${path}/${name}`, undefined);
      await closed(server);
    },
  };
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const part of request.setEncoding("utf8")) body += part;
  return body;
}
