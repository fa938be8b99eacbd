import { connect } from "node:net";
import { KubeConfig } from "@kubernetes/client-node";

/**
 * The address under which this machine is reached from the cluster: the near end of a connection to the API server.
 * Where that is not so (an API server behind a port of this machine), LLMBENCH_TEST_HOST_ADDRESS says it.
 */
export async function hostAddress(kubeconfig: string): Promise<string> {
  const given = process.env.LLMBENCH_TEST_HOST_ADDRESS;
  if (given) return given;
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const { hostname, port } = new URL(config.getCurrentCluster()?.server ?? "");
  const address = await nearEnd(hostname, Number(port || 443));
  if (address.startsWith("127."))
    throw new Error("the API server is on this machine's loopback: set LLMBENCH_TEST_HOST_ADDRESS to what pods reach");
  return address;
}

function nearEnd(host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: 10_000 });
    socket.once("error", reject);
    socket.once("timeout", () => socket.destroy(new Error(`${host}:${port} does not answer`)));
    socket.once("connect", () => {
      resolve(socket.localAddress as string);
      socket.destroy();
    });
  });
}
