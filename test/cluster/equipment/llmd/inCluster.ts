import { readFileSync } from "node:fs";
import { request } from "node:https";

const account = "/var/run/secrets/kubernetes.io/serviceaccount";

/** Reads an object or a list with the pod's own service account. @throws with the API server's words */
export function read<Answer>(path: string): Promise<Answer> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
  const headers = { authorization: `Bearer ${readFileSync(`${account}/token`, "utf8")}` };
  const ca = readFileSync(`${account}/ca.crt`);
  return new Promise((resolve, reject) => {
    const sent = request({ host, port, path, headers, ca, timeout: 10_000 }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        text += part;
      });
      response.on("end", () =>
        response.statusCode === 200
          ? resolve(JSON.parse(text) as Answer)
          : reject(new Error(`${path}: ${text.trim()}`)),
      );
    });
    sent.once("timeout", () => sent.destroy(new Error(`${path}: no answer within 10 s`)));
    sent.once("error", reject);
    sent.end();
  });
}

export interface InferencePool {
  readonly spec: {
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly targetPorts: readonly { readonly number: number }[];
    readonly endpointPickerRef: { readonly name: string };
  };
}

export const poolPath = (namespace: string, name: string) =>
  `/apis/inference.networking.k8s.io/v1/namespaces/${namespace}/inferencepools/${name}`;
