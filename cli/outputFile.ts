import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { CommandError } from "./commandError.ts";
import { errorExits } from "./usageExit.ts";

/** Writes a file that the user named, and the folders above it. @param option as it was typed, such as --junit */
export function writeOutput(option: string, file: string, text: string): void {
  toPlace(option, file, () => {
    mkdirSync(dirname(resolve(file)), { recursive: true });
    writeFileSync(file, text);
  });
}

/**
 * What writes to a place that the user named. That it cannot be written is for the user to mend: told as a bug, with a stack
 * trace, it ends in a report to us.
 * @throws CommandError that names option and path
 */
export function toPlace<T>(option: string, place: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || !(code in reasons)) throw error;
    throw new CommandError(
      `${option} cannot be written at ${resolve(place)}: ${reasons[code]}`,
      "name a file in a folder that you may write to",
      errorExits(process.argv[2]).usage,
    );
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "you have no right to",
  EPERM: "you have no right to",
  EROFS: "it is on a file system that is read-only",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of the path is a file",
  EEXIST: "a part of the path is a file",
  ENOENT: "there is no such folder, and none can be made",
  ENOSPC: "the disk is full",
  ENAMETOOLONG: "the name is too long",
};
