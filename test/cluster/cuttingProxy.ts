import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** Stands between us and an API server and breaks connections that carry much: what a flaky VPN or load balancer does. */
export class CuttingProxy {
  readonly #server;
  readonly #sockets = new Set<Socket>();
  /** Connections still to be broken. */
  cuts = 0;
  cutAfterBytes = 1 << 20;
  /** Connections broken so far. */
  done = 0;

  constructor(server: URL) {
    this.#server = createServer((near) => {
      const far = connect(Number(server.port || 443), server.hostname);
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on("error", () => {});
        socket.on("close", () => {
          this.#sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
      let carried = 0;
      near.pipe(far);
      far.on("data", (bytes: Buffer) => {
        carried += bytes.length;
        if (this.cuts > 0 && carried > this.cutAfterBytes) {
          this.cuts--;
          this.done++;
          near.destroy();
        } else if (!near.write(bytes)) {
          far.pause();
          near.once("drain", () => far.resume());
        }
      });
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
