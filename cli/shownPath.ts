import { relative } from "node:path";

/** A path as one would type it: from the working directory for what lies below it, whole for what does not. */
export function shownPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short;
}
