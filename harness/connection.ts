import type { Socket } from "node:net";
import { buildConnector, Client, type Dispatcher } from "undici";

/**
 * When the socket whose bytes are being handled became readable (performance.now()). Stamped before undici parses
 * anything, once per read: every event of a read arrived then, and the time to parse them is ours, not the server's.
 */
export const readClock = { ms: 0 };

function stamp(): void {
  readClock.ms = performance.now();
}

/** One HTTP/1.1 connection of our own, no pipelining, opened when first used and again after the server closed it. */
export class Connection {
  readonly #client: Client;
  /** How often a socket was opened. */
  opened = 0;
  connected = false;

  constructor(origin: string) {
    // The connect deadline is ours (deadlines.ts); undici's own is coarse. h2 would put several streams on one socket.
    const connect = buildConnector({ timeout: 0, allowH2: false });
    this.#client = new Client(origin, {
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      // Below uvicorn's 5 s: the side that closes an idle connection first must be ours, or a request may meet the close.
      keepAliveTimeout: 4000,
      allowH2: false,
      connect: (options, callback) => {
        connect(options, (...result: Parameters<typeof callback>) => {
          const [error, socket] = result;
          if (error === null && socket !== null) this.#use(socket);
          callback(...result);
        });
      },
    });
    // Errors reach the request's handler; without a listener they would also end the process.
    this.#client.on("connectionError", () => {});
  }

  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.#client.dispatch(options, handler);
  }

  /** Ends whatever is under way; the connection is of no more use. */
  destroy(): void {
    this.connected = false;
    this.#client.destroy(null).catch(() => {});
  }

  #use(socket: Socket): void {
    this.opened++;
    this.connected = true;
    socket.on("readable", stamp);
    socket.once("close", () => {
      this.connected = false;
    });
  }
}
