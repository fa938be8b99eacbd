import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { ClusterError } from "./clusterError.ts";
import type { Cluster } from "./connection.ts";
import { ExecExit, TransientExecError } from "./execErrors.ts";
import { execInReader, type Reader } from "./reader.ts";
import { type ReaderHeader, type ReaderRequest, readerProgram } from "./readerProgram.ts";

/** What the reader pod answered. */
export interface ReaderAnswer {
  readonly header: ReaderHeader;
  /** The parts one after the other, unpacked. */
  readonly body: Buffer;
}

/** How questions reach the reader; tests have one that fails where they want. Fails with TransientExecError if asking again may help. */
export type AskReader = (request: ReaderRequest, signal: AbortSignal) => Promise<ReaderAnswer>;

/** Sent as text: one line of Node that needs neither tar, dd nor sha256sum in the image. */
const program = `(${readerProgram.toString().replace(/^\s+/gm, "")})(JSON.parse(process.argv[1]), b => process.stdout.write(b))`;

export function asking(cluster: Cluster, reader: Reader): AskReader {
  return async (request, signal) => {
    const command = ["node", "-e", program, JSON.stringify(request)];
    try {
      return readAnswer(await execInReader(cluster, reader, command, { signal }));
    } catch (error) {
      if (!(error instanceof ExecExit)) throw error;
      throw new ClusterError(
        `reading ${request.root} from claim "${reader.claim}" failed in pod ${reader.namespace}/${reader.pod}: ${lastLine(error.stderr)}`,
        "the results are still in the claim; collect again, or look at them with a pod that mounts it",
        { cause: error },
      );
    }
  };
}

/** Trusts no length but those of the header: an exec stream that was cut ends like any other. */
export function readAnswer(bytes: Buffer): ReaderAnswer {
  let start = 0;
  while (bytes[start] === 0x0a) start++;
  const end = bytes.indexOf(0x0a, start);
  if (end < 0) throw cut(bytes.length);
  const header = JSON.parse(bytes.toString("utf8", start, end)) as ReaderHeader;
  const wire = bytes.subarray(end + 1);
  if (wire.length !== header.wireBytes) throw cut(bytes.length);
  const body = unpack(header.codec, wire);
  const expected = (header.parts ?? []).reduce((sum, length) => sum + length, 0);
  if (body.length !== expected) throw cut(body.length);
  return { header, body };
}

function unpack(codec: ReaderHeader["codec"], wire: Buffer): Buffer {
  switch (codec) {
    case "plain":
      return wire;
    case "gzip":
      return gunzipSync(wire);
    case "zstd":
      return zstdDecompressSync(wire);
  }
}

function cut(bytes: number): TransientExecError {
  return new TransientExecError("broken", `the answer was cut after ${bytes} bytes`);
}

function lastLine(stderr: string): string {
  const lines = stderr.split("\n").map((line) => line.trim());
  return lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1) ?? "";
}
