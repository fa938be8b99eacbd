import { readdir } from "node:fs/promises";
import { type AskReader, asking } from "./askReader.ts";
import { ClusterError } from "./clusterError.ts";
import type { Cluster } from "./connection.ts";
import { PartFile, partSuffix } from "./partFile.ts";
import { PatientReader } from "./patientReader.ts";
import type { Reader } from "./reader.ts";

/** A file that is on this machine and has been checked. `path` is relative to the folder collected, with "/". */
export interface CollectedFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface CollectProgress {
  readonly files: number;
  readonly filesDone: number;
  readonly bytes: number;
  /** With those that were here before. */
  readonly bytesDone: number;
}

export interface CollectOptions {
  /** Bytes per exec, before compression; memory used is some four times that. */
  readonly chunkBytes?: number;
  readonly signal: AbortSignal;
  /** Before the second, third, ... try of a request; together long enough for an API server to restart. */
  readonly pausesMs?: readonly number[];
  readonly onProgress?: (progress: CollectProgress) => void;
  /** Told of entries that stay where they are: links and devices could show files of somebody else. */
  readonly onRefused?: (path: string, what: string) => void;
}

export const defaultChunkBytes = 8 << 20;
const defaultPausesMs = [200, 1000, 4000, 15_000];
/** The request travels in a URL; proxies before an API server take 8 KiB and more, and the program needs 4 of them. */
const requestChars = 2000;

/**
 * Copies folder `from` of the reader's claim into `into`. May be called again after any interruption: files that are
 * complete are not fetched twice, others go on where their `.part` ends, and nothing has its name before its checksum is
 * right.
 */
export function collectFiles(
  cluster: Cluster,
  reader: Reader,
  from: string,
  into: string,
  options: CollectOptions,
): Promise<CollectedFile[]> {
  return collectThrough(asking(cluster, reader), reader.claim, from, into, options);
}

/** `collectFiles` over any transport. */
export async function collectThrough(
  ask: AskReader,
  claim: string,
  from: string,
  into: string,
  options: CollectOptions,
): Promise<CollectedFile[]> {
  const { chunkBytes = defaultChunkBytes, pausesMs = defaultPausesMs } = options;
  const { onProgress = () => {}, onRefused = () => {} } = options;
  const stop = new AbortController();
  const reader = new PatientReader(ask, from, chunkBytes, pausesMs, AbortSignal.any([options.signal, stop.signal]));
  // Small results come with the list: one exec less is a quarter of a second.
  const fresh = await isEmpty(into);
  const { header, body } = await reader.list(fresh ? chunkBytes : 0);
  const listed = checked(header.files ?? null, from, claim);
  for (const { path, what } of header.refused ?? []) onRefused(path, what);

  const suffix = partSuffix(listed.map(({ path }) => path));
  const files: PartFile[] = [];
  for (const file of listed) files.push(await PartFile.open(into, file, suffix));
  const bytes = listed.reduce((sum, file) => sum + file.bytes, 0);
  const tell = () =>
    onProgress({
      files: files.length,
      filesDone: files.filter(({ done }) => done).length,
      bytes,
      bytesDone: files.reduce((sum, { have }) => sum + have, 0),
    });
  tell();

  if (header.parts !== null) {
    let offset = 0;
    for (const file of files) {
      if (!file.done) await file.append(body.subarray(offset, offset + file.bytes));
      offset += file.bytes;
    }
    tell();
  }
  try {
    await fetchMissing(reader, files, chunkBytes, tell);
    // A file that failed its checksum is empty again.
    await fetchMissing(reader, files, chunkBytes, tell);
  } finally {
    stop.abort();
  }
  const wrong = files.find(({ done }) => !done);
  if (wrong) {
    throw new ClusterError(
      `${from}/${wrong.path} of claim "${claim}" does not have the checksum it was listed with, twice`,
      "does something still write to it? Collect again when the run has ended",
    );
  }
  return listed.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 }));
}

/** One request is under way while the answer before it is written. */
async function fetchMissing(
  reader: PatientReader,
  files: readonly PartFile[],
  chunkBytes: number,
  tell: () => void,
): Promise<void> {
  const start = (batch: Batch) => {
    const answer = reader.read(batch.map(({ file, offset, bytes }) => [file.path, offset, bytes]));
    // Awaited later, or never if one before it fails.
    answer.catch(() => {});
    return { batch, answer };
  };
  const todo = batches(
    files.filter(({ done }) => !done),
    chunkBytes,
  );
  const [first] = todo;
  for (let i = 0, current = first && start(first); current; i++) {
    const following = todo[i + 1];
    const next = following && start(following);
    let offset = 0;
    const body = await current.answer;
    for (const { file, bytes } of current.batch) {
      await file.append(body.subarray(offset, offset + bytes));
      offset += bytes;
    }
    tell();
    current = next;
  }
}

type Batch = { readonly file: PartFile; readonly offset: number; readonly bytes: number }[];

/** Many small files in one request, a large one in several. */
function batches(files: readonly PartFile[], chunkBytes: number): Batch[] {
  const all: Batch[] = [];
  let open: Batch = [];
  let [room, chars] = [chunkBytes, requestChars];
  for (const file of files) {
    let offset = file.have;
    do {
      const cost = JSON.stringify(encodeURIComponent(file.path)).length + 30;
      if (open.length > 0 && (room === 0 || cost > chars)) {
        all.push(open);
        open = [];
        [room, chars] = [chunkBytes, requestChars];
      }
      const bytes = Math.min(room, file.bytes - offset);
      open.push({ file, offset, bytes });
      offset += bytes;
      room -= bytes;
      chars -= cost;
    } while (offset < file.bytes);
  }
  if (open.length > 0) all.push(open);
  return all;
}

/** The list comes from a pod: a path of it must not lead out of the folder it is written to. */
function checked(files: readonly CollectedFile[] | null, from: string, claim: string): readonly CollectedFile[] {
  if (files === null || files.length === 0) {
    throw new ClusterError(
      `claim "${claim}" ${files === null ? `has no folder ${from}` : `holds no file in ${from}`}`,
      "the run ended before it wrote anything: see the log of its pod; to run it again, use --retry",
    );
  }
  for (const { path } of files) {
    const steps = path.split(/[/\\]/);
    if (path.includes("\0") || steps.some((step) => step === "" || step === "." || step === "..")) {
      throw new ClusterError(
        `claim "${claim}" lists a file named ${JSON.stringify(path)} in ${from}, which is not below that folder`,
        "nothing was written; look at the claim with a pod that mounts it",
      );
    }
  }
  return files;
}

async function isEmpty(folder: string): Promise<boolean> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return !entries.some((entry) => entry.isFile());
}
