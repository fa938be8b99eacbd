import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { hostAddress } from "./hostAddress.ts";

export interface Forwarder {
  /** Where pods of the cluster reach what is behind it, e.g. "http://10.0.0.1:40123". */
  readonly url: string;
  close(): Promise<void>;
}

/** Makes a server that listens on this machine's loopback only reachable for the pods of the cluster, byte by byte. */
export async function forwardTo(url: string, kubeconfig: string): Promise<Forwarder> {
  const { hostname, port } = new URL(url);
  const address = await hostAddress(kubeconfig);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect({ host: hostname, port: Number(port || 80) });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.pipe(other);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return {
    url: `http://${address}:${(server.address() as AddressInfo).port}`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
