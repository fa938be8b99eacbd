import assert from "node:assert/strict";
import { execFile, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { downloadScript, waitForModelScript } from "../../manifests/downloadScript.ts";

/** The shells of the images that run it: Ubuntu's dash, and busybox for lean ones; whichever this machine has. */
const known = [["dash"], ["busybox", "sh"], ["sh"]].filter(
  ([program]) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0,
);

/** `sh` is mostly one of the others. */
const shells = known.length > 2 ? known.slice(0, 2) : known;

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** An empty cache, and an `hf` that does what `behaviour` says (shell, with $n the number of the call and $dir the folder). */
class Cache {
  readonly folder = mkdtempSync(join(tmpdir(), "model-cache-"));
  readonly model = join(this.folder, "models", "acme", "tiny model");
  readonly shell: readonly string[];
  readonly env: NodeJS.ProcessEnv;

  constructor(shell: readonly string[], behaviour: string) {
    this.shell = shell;
    const bin = join(this.folder, "bin");
    mkdirSync(bin);
    const hf = `#!/bin/sh
echo "$*" >>"${this.folder}/calls"
n=$(wc -l <"${this.folder}/calls")
dir="${this.model}"
${behaviour}
`;
    writeFileSync(join(bin, "hf"), hf, { mode: 0o755 });
    writeFileSync(join(this.folder, "download.sh"), downloadScript);
    this.env = {
      ...{ PATH: `${bin}:${process.env.PATH}`, TMPDIR: this.folder },
      ...{ MODEL_REPO: "acme/tiny", MODEL_REVISION: "main", MODEL_DIR: this.model, MODEL_BYTES: "4096" },
      ...{ RETRY_SECONDS: "0", PROGRESS_SECONDS: "0.2", HF_TOKEN: "hf_marker_4711" },
    };
  }

  run(changes: NodeJS.ProcessEnv = {}): Promise<Outcome> {
    const [program, ...args] = this.shell;
    return new Promise((resolve) => {
      const options = { env: { ...this.env, ...changes }, timeout: 15000 };
      execFile(program as string, [...args, join(this.folder, "download.sh")], options, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : ((error.code as unknown as number) ?? -1), stdout, stderr }),
      );
    });
  }

  calls(): string[] {
    const file = join(this.folder, "calls");
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A dead process whose new parent has not collected it yet is not running. */
function isRunning(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  return existsSync(stat) && !/\) Z /.test(readFileSync(stat, "utf8"));
}

const works = 'head -c 8192 /dev/zero >"$dir/model.safetensors"; echo "{}" >"$dir/config.json"; echo "fetched to $dir"';

describe("model download script", () => {
  it("finds a shell to be tested with", () => assert.ok(shells.length > 0));

  for (const shell of shells) {
    describe(`under ${shell.join(" ")}`, () => {
      let cache: Cache | undefined;
      const withHf = (behaviour: string): Cache => {
        cache = new Cache(shell, behaviour);
        return cache;
      };
      afterEach(() => cache?.remove());

      it("is sound shell", () => {
        for (const script of [downloadScript, waitForModelScript]) {
          const { status, stderr } = spawnSync(shell[0] as string, [...shell.slice(1), "-n"], { input: script });
          assert.equal(status, 0, String(stderr));
        }
      });

      it("downloads once: the second call asks nobody", async () => {
        const cache = withHf(works);
        const first = await cache.run();
        assert.equal(first.code, 0, first.stderr);
        const [progress] = first.stdout.split("\n").filter((line) => line.startsWith("{"));
        assert.deepEqual(Object.keys(JSON.parse(progress as string)), ["downloadedBytes", "totalBytes"]);
        const last = first.stdout.split("\n").findLast((line) => line.startsWith("{")) as string;
        assert.ok(JSON.parse(last).downloadedBytes >= 8192 && JSON.parse(last).totalBytes === 4096, last);
        assert.match(first.stdout, /acme\/tiny@main is in the cache now\n$/);
        const expected = `download acme/tiny --revision main --local-dir ${cache.model} --exclude original/*`;
        assert.deepEqual(cache.calls(), [expected]);

        const second = await cache.run();
        assert.deepEqual([second.code, second.stdout], [0, "acme/tiny@main is in the cache already\n"]);
        assert.equal(cache.calls().length, 1);
      });

      it("downloads again when the folder holds another model or revision", async () => {
        const cache = withHf(works);
        await cache.run();
        assert.equal((await cache.run({ MODEL_REVISION: "v2" })).code, 0);
        assert.equal(cache.calls().length, 2);
      });

      it("tries three times, and leaves no marker until all is there", async () => {
        const cache = withHf(`if [ $n -lt 3 ]; then echo "connection reset by peer" >&2; exit 7; fi; ${works}`);
        const { code, stderr } = await cache.run();
        assert.equal(code, 0, stderr);
        assert.equal(cache.calls().length, 3);
        assert.match(stderr, /try 1 of 3 failed \(exit code 7\)\n[\s\S]*try 2 of 3 failed/);
      });

      it("gives up after the third with the reason in the last line, and says nothing of the token", async () => {
        const cache = withHf('echo "connection reset by peer" >&2; exit 7');
        const { code, stdout, stderr } = await cache.run();
        assert.deepEqual([code, cache.calls().length], [1, 3]);
        assert.equal(stderr.trim().split("\n").at(-1), "acme/tiny: download failed 3 times: connection reset by peer");
        assert.ok(!existsSync(join(cache.model, ".llm-bench-complete")));
        assert.ok(!(stdout + stderr).includes("hf_marker"));
      });

      const hopeless = [
        ["Cannot access gated repo: 403 Client Error", /: access denied: set hfToken .*huggingface\.co\/acme\/tiny \(/],
        // As hf 2.4 words and colours it.
        [
          "\x1b[1m\x1b[31mError: Access denied. Model 'acme/tiny' requires approval.\x1b[0m\n\x1b[90mHint: set HF_DEBUG=1\x1b[0m",
          /: access denied: .* \(Error: Access denied\. Model 'acme\/tiny' requires approval\.\)$/,
        ],
        [
          "\x1b[1m\x1b[31mError: Model 'acme/tiny' not found.\nIf the repo does not exist, create it\x1b[0m",
          /: no such model or revision \(main\) on the hub, .* \(Error: Model 'acme\/tiny' not found\.\)$/,
        ],
        ["404 Client Error: Repository Not Found", /: no such model or revision \(main\) on the hub, .* \(/],
        ["OSError: No space left on device", /: the model cache is full: raise cluster\.modelStorage\.size \(/],
      ] as const;
      for (const [words, sentence] of hopeless)
        it(`does not try again after ${JSON.stringify(words)}`, async () => {
          const cache = withHf(`cat >&2 <<'words'\n${words}\nwords\nexit 1`);
          const { code, stderr } = await cache.run();
          assert.deepEqual([code, cache.calls().length], [1, 1]);
          assert.match(stderr.trim().split("\n").at(-1) as string, sentence);
        });

      it("refuses what has no config.json", async () => {
        const { code, stderr } = await withHf("true").run();
        assert.equal(code, 1);
        assert.match(stderr, /there is no config\.json/);
      });

      it("ends at SIGTERM, with its children, and goes on from there the next time", async () => {
        const cache = withHf(`if [ $n -eq 1 ]; then echo $$ >"$dir/pid"; exec sleep 30; fi; ${works}`);
        const [program, ...args] = shell;
        const child = spawn(program as string, [...args, join(cache.folder, "download.sh")], { env: cache.env });
        const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
        while (!existsSync(join(cache.model, "pid"))) await sleep(20);
        await sleep(50);
        child.kill("SIGTERM");
        assert.equal(await ended, 143);
        const hf = Number(readFileSync(join(cache.model, "pid"), "utf8"));
        const deadline = Date.now() + 5000;
        while (isRunning(hf) && Date.now() < deadline) await sleep(20);
        assert.ok(!isRunning(hf), "hf is gone");
        assert.equal((await cache.run()).code, 0);
      });

      it("is waited for by the engine's pod, but not for ever", async () => {
        const cache = withHf(works);
        const wait = () =>
          spawnSync(shell[0] as string, [...shell.slice(1), "-c", waitForModelScript], {
            env: { ...cache.env, WAIT_SECONDS: "1", DOWNLOAD_JOB: "download-model-1" },
            encoding: "utf8",
          });
        const before = wait();
        assert.equal(before.status, 1);
        assert.match(
          before.stderr,
          /^acme\/tiny is not in the cache after 1 s: see the log of Job download-model-1\n$/,
        );
        await cache.run();
        assert.equal(wait().status, 0);
      });
    });
  }
});
