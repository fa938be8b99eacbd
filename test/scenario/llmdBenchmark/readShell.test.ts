import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { readShell } from "../../../scenario/llmdBenchmark/readShell.ts";

const values = (script: string) =>
  Object.fromEntries([...readShell(script).variables].map(([name, { text }]) => [name, text]));
const whyNot = (script: string, name: string) => readShell(script).variables.get(name)?.why ?? null;

/** Text between single quotes: anything but a single quote. */
const single = fc.stringMatching(/^[^'\0\r]{0,12}$/).map((text) => `'${text}'`);
const double = fc
  .stringMatching(/^(?:[^"\\$`\0\r]|\\["\\$`a\n]|\$\{(?:SET|UNSET):-[a-z ]{0,3}\}|\$SET[-.]){0,8}$/)
  .map((text) => `"${text}"`);
const bare = fc.stringMatching(/^(?:[\w./:@%+,-]|\\[ "'$;#&\\]|\$\{SET\}|\$UNSET[-.]|\$\{UNSET:-d\}){1,10}$/);
const word = fc.array(fc.oneof(single, double, bare), { maxLength: 4 }).map((parts) => parts.join(""));

describe("a shell script that is read", () => {
  it("has the values that bash gives it, however they are quoted", function () {
    if (spawnSync("bash", ["-c", ":"]).status !== 0) this.skip();
    const words = fc.sample(word, { numRuns: 400, seed: 7 });
    const script = ["SET='a b'", ...words.map((text, i) => `export V${i}=${text}`), ""].join("\n");
    const { stdout, status } = spawnSync("bash", ["--norc", "-c", `${script}\nenv -0`], {
      env: { PATH: process.env.PATH },
      encoding: "utf8",
    });
    assert.equal(status, 0);
    const real = new Map(
      stdout.split("\0").map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    );
    const read = values(script);
    for (const [i, text] of words.entries()) assert.equal(read[`V${i}`], real.get(`V${i}`), `export V${i}=${text}`);
  });

  it("gives back what was quoted", () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !/[\0\r]/.test(text)),
        (text) => {
          assert.equal(values(`A='${text.replaceAll("'", "'\\''")}' # end`).A, text);
          assert.equal(values(`export A="${text.replace(/[\\"$`]/g, "\\$&")}"\nB=1`).A, text);
        },
      ),
    );
  });

  it("never throws, whatever it is given", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => void readShell(text)));
    fc.assert(fc.property(fc.stringMatching(/^[A-C='"$(){}<>|&;\\`# \n-]{0,60}$/), (text) => void readShell(text)));
  });

  it("takes defaults of variables that it does not set, and says that they may come from outside", () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: shell, not a template
    assert.deepEqual(values('A=${X:-"a b"}\nB=$A-$A\nC=${A:-no}'), { A: "a b", B: "a b-a b", C: "a b" });
    assert.deepEqual(readShell("A=$X").variables.get("A")?.outside, ["X"]);
  });

  it("keeps files that are written by here-documents, and expands those without quotes", () => {
    const script = `N=4
F=$(mktemp)
cat << EOF > $F
n: $N \\
m: \\$N
EOF
G=\${F}
cat <<'END' > /tmp/g
n: $N
END
`;
    const { documents, variables, unread } = readShell(script);
    assert.equal(documents.get(variables.get("G")!.text), "n: 4 m: $N\n");
    assert.equal(documents.get("/tmp/g"), "n: $N\n");
    assert.deepEqual(unread, []);
  });

  it("leaves out what only a shell can tell, with its line, and what it would have set", () => {
    const script =
      "A=1\nB=$(hostname)\nif true; then\n  A=2\nfi\nsource other.sh\nC=`date`\n[ -z $A ] && export A=3\nD=4 ls\nE=5";
    const { unread } = readShell(script);
    assert.deepEqual(
      unread.map(({ line }) => line),
      [3, 6, 8, 9],
    );
    for (const name of ["A", "B", "C"]) assert.notEqual(whyNot(script, name), null, name);
    assert.equal(values(script).D, undefined);
    assert.equal(values(script).E, "5");
  });

  it("says of a command no more than its name: arguments may hold a secret", () => {
    const { unread } = readShell("oc login --token=sha256~abcdefghijkl\ncurl -H 'Authorization: Bearer x'");
    assert.deepEqual(
      unread.map(({ what }) => what),
      ["`oc`", "`curl`"],
    );
  });
});
