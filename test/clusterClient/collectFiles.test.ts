import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { ClusterError } from "../../cluster/clusterError.ts";
import { type CollectOptions, type CollectProgress, collectThrough } from "../../cluster/collectFiles.ts";
import { type Fate, ReaderFolder } from "./readerFolder.ts";

const never = new AbortController().signal;
const quick: CollectOptions = { signal: never, pausesMs: [0, 0, 0, 0] };

function collect(folder: ReaderFolder, options: Partial<CollectOptions> = {}) {
  return collectThrough(folder.ask, "workload-pvc", folder.from, folder.into, { ...quick, ...options });
}

describe("collecting files", () => {
  let folder: ReaderFolder;
  const given = (files: Record<string, Buffer | string>) => {
    folder = new ReaderFolder(files);
    return folder;
  };
  afterEach(() => folder?.remove());

  it("brings small results with the list, in one request", async () => {
    given({ "a.txt": "one", "sub/b.bin": randomBytes(5000), empty: "" });
    const progress: CollectProgress[] = [];
    const files = await collect(folder, { onProgress: (now) => progress.push(now) });
    assert.equal(folder.requests.length, 1);
    assert.deepEqual(
      files.map(({ path, bytes }) => [path, bytes]),
      [
        ["a.txt", 3],
        ["empty", 0],
        ["sub/b.bin", 5000],
      ],
    );
    assert.equal(files[0]?.sha256, createHash("sha256").update("one").digest("hex"));
    assert.deepEqual(Object.keys(folder.collected()).sort(), ["a.txt", "empty", "sub/b.bin"]);
    assert.deepEqual(progress.at(-1), { files: 3, filesDone: 3, bytes: 5003, bytesDone: 5003 });
  });

  it("ends with identical files whatever breaks, wherever, in whatever order", async function () {
    this.timeout(180_000);
    const content = fc
      .tuple(fc.nat(2000), fc.boolean())
      .map(([length, same]) => (same ? Buffer.alloc(length, 7) : randomBytes(length)));
    const name = fc.constantFrom(
      "a",
      "b c.json",
      "sub/ü 日本.txt",
      "sub/deep/x",
      "a.part",
      "z'\"\\$.bin".replace("\\", ""),
    );
    const fate: fc.Arbitrary<Fate> = fc.oneof(
      { weight: 2, arbitrary: fc.constant("arrives" as const) },
      { weight: 1, arbitrary: fc.constant("lost" as const) },
      { weight: 3, arbitrary: fc.double({ min: 0, max: 0.999999, noNaN: true }).map((cutAt) => ({ cutAt })) },
    );
    // Seen once in some hundred runs: the parts of both had one name.
    const lookAlikes: [Record<string, Buffer>, number, Fate[]] = [
      { "a.part": Buffer.alloc(0), a: randomBytes(201) },
      1,
      ["arrives", "lost", { cutAt: 0 }, "arrives", { cutAt: 0 }, { cutAt: 0 }, "lost", { cutAt: 0 }],
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(name, content, { minKeys: 1 }),
        fc.integer({ min: 1, max: 3000 }),
        fc.array(fate, { maxLength: 30 }),
        async (files, chunkBytes, fates) => {
          const one = new ReaderFolder(files);
          one.fates = [...fates];
          try {
            // Five failures in a row end a call; the next one goes on with what is there.
            for (let calls = 0; ; calls++) {
              assert.ok(calls <= fates.length / 5 + 1, "each call uses up five failures, or is the last one");
              try {
                await collect(one, { chunkBytes: Math.max(chunkBytes, 200) });
                break;
              } catch (error) {
                assert.ok(error instanceof ClusterError && /5 times in a row/.test(error.message), String(error));
              }
            }
            assert.deepEqual(one.collected(), Object.fromEntries(Object.entries(files)));
          } finally {
            one.remove();
          }
        },
      ),
      { numRuns: 40, examples: [lookAlikes] },
    );
  });

  it("a later call goes on where the part ends, and fetches no byte twice", async () => {
    const big = randomBytes(100_000);
    given({ "big.bin": big, "small.txt": "small" });
    folder.fates = ["arrives", "arrives", "arrives", "arrives", ...Array.from({ length: 10 }, () => "lost" as const)];
    await assert.rejects(collect(folder, { chunkBytes: 10_000 }), /5 times in a row/);
    const kept = folder.collected()["big.bin.part"];
    assert.ok(kept && kept.length >= 20_000 && kept.equals(big.subarray(0, kept.length)));
    folder.requests.length = 0;
    await collect(folder, { chunkBytes: 10_000 });
    const asked = folder.requests.flatMap((request) => ("parts" in request ? request.parts : []));
    assert.equal(asked[0]?.[1], kept.length);
    assert.equal(
      asked.reduce((sum, [, , bytes]) => sum + bytes, 0),
      big.length - kept.length + 5,
    );
    assert.deepEqual(folder.collected(), { "big.bin": big, "small.txt": Buffer.from("small") });
  });

  it("leaves complete files alone", async () => {
    given({ a: "one", b: "two" });
    await collect(folder);
    folder.requests.length = 0;
    const files = await collect(folder);
    assert.equal(files.length, 2);
    assert.deepEqual(folder.requests, [{ root: folder.from, contentsUpToBytes: 0 }]);
  });

  it("fetches a damaged file again, and so a part of something else", async () => {
    given({ a: "right", b: "also right" });
    mkdirSync(folder.into, { recursive: true });
    writeFileSync(join(folder.into, "a"), "wrong");
    writeFileSync(join(folder.into, "b.part"), "some");
    await collect(folder);
    assert.deepEqual(folder.collected(), { a: Buffer.from("right"), b: Buffer.from("also right") });
  });

  it("says so when a file never gets its checksum, and keeps the others", async () => {
    given({ a: "first", log: "0123456789" });
    const ask: typeof folder.ask = async (request, signal) => {
      const answer = await folder.ask(request, signal);
      if (!("parts" in request)) folder.write("log", "still grow");
      return answer;
    };
    const options = { ...quick, chunkBytes: 4 };
    await assert.rejects(
      collectThrough(ask, "workload-pvc", folder.from, folder.into, options),
      (error: ClusterError) =>
        /\/log of claim "workload-pvc".*checksum.*twice/.test(error.message) && error.next !== "",
    );
    assert.equal(folder.collected().a?.toString(), "first");
  });

  it("says so when a file becomes shorter", async () => {
    given({ log: "0123456789" });
    const ask: typeof folder.ask = async (request, signal) => {
      const answer = await folder.ask(request, signal);
      folder.write("log", "01");
      return answer;
    };
    await assert.rejects(
      collectThrough(ask, "workload-pvc", folder.from, folder.into, { ...quick, chunkBytes: 4 }),
      /log became shorter/,
    );
  });

  it("leaves links where they are and tells", async () => {
    given({ a: "one" });
    symlinkSync("/etc/passwd", join(folder.from, "passwd"));
    symlinkSync("/etc", join(folder.from, "etc"));
    const refused: string[] = [];
    const files = await collect(folder, { onRefused: (path, what) => refused.push(`${path}: ${what}`) });
    assert.deepEqual(
      files.map(({ path }) => path),
      ["a"],
    );
    assert.deepEqual(refused.sort(), ["etc: a symbolic link", "passwd: a symbolic link"]);
  });

  for (const path of ["../outside", "/etc/cron.d/x", "a/../../b", "a\\..\\b", "a\0b", ""]) {
    it(`refuses a list with the path ${JSON.stringify(path)}`, async () => {
      given({ a: "one" });
      const list = [{ path, bytes: 0, sha256: createHash("sha256").digest("hex") }];
      const ask = async () => ({
        header: { files: list, refused: [], parts: null, codec: "plain", wireBytes: 0 } as const,
        body: Buffer.alloc(0),
      });
      await assert.rejects(
        collectThrough(ask, "workload-pvc", folder.from, folder.into, quick),
        (error) => error instanceof ClusterError && /not below that folder/.test(error.message),
      );
    });
  }

  it("names folder and claim when there is nothing", async () => {
    given({});
    await assert.rejects(
      collect(folder),
      (error: ClusterError) =>
        error.message === `claim "workload-pvc" holds no file in ${folder.from}` && /--retry/.test(error.next),
    );
    await assert.rejects(
      collectThrough(folder.ask, "workload-pvc", "/no/such", folder.into, quick),
      /claim "workload-pvc" has no folder \/no\/such/,
    );
  });

  it("asks for many small files together, in requests that a URL can hold", async () => {
    const files = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`folder/file ${i} ü.json`, `${i}`]));
    given(files);
    await collect(folder, { chunkBytes: 100 });
    const reads = folder.requests.slice(1);
    assert.ok(reads.length < 30, `${reads.length} requests`);
    for (const request of reads) assert.ok(encodeURIComponent(JSON.stringify(request)).length < 4000);
    assert.equal(Object.keys(folder.collected()).length, 300);
  });

  it("asks for less after a failure, and for more again after a success", async () => {
    const chunk = 4 << 20;
    given({ big: Buffer.alloc(3 * chunk, "abc") });
    folder.fates = ["arrives", "arrives", "lost", "arrives"];
    await collect(folder, { chunkBytes: chunk });
    const asked = folder.requests.slice(1).map((request) => ("parts" in request ? request.parts[0]?.[2] : 0));
    assert.ok(asked.includes(chunk / 2) && asked.includes(chunk), String(asked));
  });

  it("stops at once when told to, and keeps what it has", async () => {
    const stop = new AbortController();
    given({ big: randomBytes(50_000) });
    const onProgress = ({ bytesDone }: CollectProgress) => bytesDone > 10_000 && stop.abort(new Error("stopped"));
    await assert.rejects(collect(folder, { chunkBytes: 5000, signal: stop.signal, onProgress }), /stopped/);
    assert.ok((folder.collected()["big.part"]?.length ?? 0) > 10_000);
  });
});
