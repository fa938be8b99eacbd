import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PulumiCommand } from "@pulumi/pulumi/automation/cmd.js";
import * as semver from "semver";

/**
 * The CLI at a root of our own, asked for its version once and not by every command: a third of a second each, before
 * anything else can begin. Asked again when the program is another file.
 * @throws when there is none, it does not run, or it is older than `version`
 */
export async function askedCli(root: string, version: semver.SemVer): Promise<PulumiCommand> {
  const program = join(root, "bin", "pulumi");
  const { mtimeMs, size } = statSync(program);
  const answers = join(root, "answered.json");
  const asked = `${program} ${size} ${mtimeMs}`;
  const answer = semver.parse(earlierAnswer(answers, asked));
  // Its constructor is private in the types only; `get` asks whatever it is given.
  if (answer !== null && answer.compare(version) >= 0) return Reflect.construct(PulumiCommand, [program, answer]);
  const command = await PulumiCommand.get({ root, version });
  keep(answers, { asked, answer: String(command.version) });
  return command;
}

interface Answer {
  readonly asked: string;
  readonly answer: string;
}

function keep(file: string, answer: Answer): void {
  try {
    writeFileSync(file, JSON.stringify(answer));
  } catch {
    // A CLI in a folder that cannot be written to is asked again, and is no worse for it.
  }
}

function earlierAnswer(file: string, asked: string): string | null {
  try {
    const earlier = JSON.parse(readFileSync(file, "utf8")) as Answer;
    return earlier.asked === asked ? earlier.answer : null;
  } catch {
    return null;
  }
}
