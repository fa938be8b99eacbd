/** Asks the reader for what a folder holds, and for its bytes at once if they are few. */
export interface ListRequest {
  readonly root: string;
  /** Contents come along if the whole folder is at most this long; 0: never. */
  readonly contentsUpToBytes: number;
}
/** Asks for pieces of files: [path below root, offset, length]. */
export interface ReadRequest {
  readonly root: string;
  readonly parts: readonly (readonly [path: string, offset: number, bytes: number])[];
}
export type ReaderRequest = ListRequest | ReadRequest;

/** First line of every answer; the body of `wireBytes` follows. */
export interface ReaderHeader {
  /** Of a list; null: there is no such folder. Sorted by path. */
  readonly files?: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[] | null;
  /** Entries that are neither file nor folder, with what they are. */
  readonly refused?: readonly { readonly path: string; readonly what: string }[];
  /** Lengths in the body of each part asked for, or of all files of a list; null: the list comes without contents. */
  readonly parts: readonly number[] | null;
  readonly codec: "plain" | "zstd" | "gzip";
  readonly wireBytes: number;
}

/**
 * Runs inside the reader pod: its source text goes there by `node -e`, so it imports nothing but Node's own modules, uses
 * nothing of this file, and suits Node 18 as well. Blank lines before the header say "still hashing".
 */
export async function readerProgram(
  request: ListRequest | ReadRequest,
  write: (bytes: Uint8Array | string) => void,
): Promise<void> {
  const fs = await import("node:fs");
  const { join } = await import("node:path");
  const zlib = await import("node:zlib");
  const { createHash } = await import("node:crypto");
  const block = Buffer.allocUnsafe(1 << 20);
  let hashed = 0;

  /** Calls `use` with each block; fewer bytes than asked for only where the file ends. */
  const read = (path: string, offset: number, bytes: number, use: (piece: Uint8Array) => void) => {
    const file = fs.openSync(join(request.root, path), fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
    try {
      for (let done = 0; done < bytes; ) {
        const got = fs.readSync(file, block, 0, Math.min(block.length, bytes - done), offset + done);
        if (got === 0) break;
        use(block.subarray(0, got));
        done += got;
      }
    } finally {
      fs.closeSync(file);
    }
  };
  const answer = (header: object, pieces: Uint8Array[] | null) => {
    const plain = Buffer.concat(pieces ?? []);
    let codec = "plain";
    let body = plain;
    if (plain.length > 1024) {
      const fast = typeof zlib.zstdCompressSync === "function";
      const level = { params: { [zlib.constants.ZSTD_c_compressionLevel]: 1 } };
      const packed = fast ? zlib.zstdCompressSync(plain, level) : zlib.gzipSync(plain, { level: 1 });
      if (packed.length < plain.length * 0.95) {
        codec = fast ? "zstd" : "gzip";
        body = packed;
      }
    }
    write(`${JSON.stringify({ ...header, codec, wireBytes: body.length })}\n`);
    write(body);
  };

  if ("parts" in request) {
    const pieces: Uint8Array[] = [];
    const lengths = request.parts.map(([path, offset, bytes]) => {
      let length = 0;
      read(path, offset, bytes, (piece) => {
        pieces.push(Buffer.from(piece));
        length += piece.length;
      });
      return length;
    });
    return answer({ parts: lengths }, pieces);
  }

  const root = fs.lstatSync(request.root, { throwIfNoEntry: false });
  if (!root?.isDirectory()) return answer({ files: null, refused: [], parts: null }, null);
  const found: { path: string; bytes: number }[] = [];
  const refused: { path: string; what: string }[] = [];
  const walk = (below: string) => {
    for (const { name } of fs.readdirSync(join(request.root, below), { withFileTypes: true })) {
      const path = below === "" ? name : `${below}/${name}`;
      const stat = fs.lstatSync(join(request.root, path), { throwIfNoEntry: false });
      if (stat?.isDirectory()) walk(path);
      else if (stat?.isFile()) found.push({ path, bytes: stat.size });
      else refused.push({ path, what: stat?.isSymbolicLink() ? "a symbolic link" : stat ? "no file" : "gone" });
    }
  };
  walk("");
  found.sort((a, b) => (a.path < b.path ? -1 : 1));
  const all = found.reduce((sum, { bytes }) => sum + bytes, 0);
  const pieces: Uint8Array[] | null = all <= request.contentsUpToBytes ? [] : null;
  const files = found.map(({ path, bytes }) => {
    const hash = createHash("sha256");
    let length = 0;
    read(path, 0, bytes, (piece) => {
      hash.update(piece);
      pieces?.push(Buffer.from(piece));
      length += piece.length;
      hashed += piece.length;
      if (hashed >= 1 << 28) {
        hashed = 0;
        write("\n");
      }
    });
    return { path, bytes: length, sha256: hash.digest("hex") };
  });
  answer({ files, refused, parts: pieces && files.map(({ bytes }) => bytes) }, pieces);
}
