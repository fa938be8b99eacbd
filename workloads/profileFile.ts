import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { load } from "js-yaml";
import { nearest } from "../scenario/nearest.ts";
import { ScenarioError, UserError } from "../scenario/userError.ts";
import { renderTemplate } from "./template.ts";

export const projectFolder = fileURLToPath(new URL("..", import.meta.url));

const endings = [".yaml", ".yaml.in", ".yml", ".yml.in"];

/** Where a profile is looked for and what its tokens stand for. */
export interface ProfileSource {
  readonly harness: string;
  /** A name under workloads/profiles/<harness>/, with or without ending, or the path of a file: with a slash, relative ones from the project's folder. */
  readonly profile: string;
  /** Stack file, to which mistakes in the profile's name are put down. */
  readonly file: string;
  /** Values of REPLACE_ENV_ tokens, by name; the process environment is asked for others of the suites. */
  readonly templateValues?: Readonly<Record<string, string>>;
}

export interface ProfileFileContent {
  /** Without folder and ending. */
  readonly name: string;
  /** As shown in messages: from the project's folder where it lies inside. */
  readonly file: string;
  /** As YAML reads it, tokens replaced. */
  readonly values: unknown;
}

/** Names of the profiles that a harness has. */
export function profileNames(harness: string): string[] {
  const folder = `${projectFolder}workloads/profiles/${harness}`;
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => endings.some((ending) => name.endsWith(ending)));
  return [...new Set(names.map(bareName))].sort();
}

/** Throws ScenarioError: no such profile, no such file, a token without a value, no YAML. */
export function readProfileFile(source: ProfileSource): ProfileFileContent {
  const file = findFile(source);
  const text = readFileSync(file.startsWith("/") ? file : projectFolder + file, "utf8");
  const request = { file, values: source.templateValues ?? {}, env: process.env };
  // Also without ".in": a template that was renamed would otherwise send its tokens to the engine.
  const rendered = renderTemplate(text, request);
  return { name: bareName(file.split("/").at(-1)!), file, values: readYaml(rendered, file) };
}

/** Path of the profile, from the project's folder where it lies inside. Throws ScenarioError. */
export function findFile({ harness, profile, file }: ProfileSource): string {
  if (profile.includes("/")) {
    const path = profile.startsWith(projectFolder) ? profile.slice(projectFolder.length) : profile.replace(/^\.\//, "");
    if (existsSync(path.startsWith("/") ? path : projectFolder + path)) return path;
    const next = "Paths are relative to the project's folder.";
    const problem = { key: "workload", value: profile, file, reason: "there is no such file", allowed: null, next };
    throw new ScenarioError([new UserError(problem)]);
  }
  const name = bareName(profile);
  const folder = `workloads/profiles/${harness}/`;
  const found = endings.map((ending) => `${folder}${name}${ending}`).find((path) => existsSync(projectFolder + path));
  if (found !== undefined && /^[\w.+-]+$/.test(name)) return found;
  throw new ScenarioError([noSuchProfile(harness, profile, profileNames(harness), file)]);
}

function noSuchProfile(harness: string, profile: string, names: readonly string[], file: string): UserError {
  const meant = nearest(bareName(profile), names);
  if (names.length > 0) {
    return new UserError({
      key: "workload",
      value: profile,
      file,
      allowed: names.join(", "),
      reason: `harness ${harness} has no such profile`,
      next: meant
        ? `Did you mean "${meant}"?`
        : `Choose one of these, or add workloads/profiles/${harness}/${profile}.yaml.`,
    });
  }
  return new UserError({
    key: "harness",
    value: harness,
    file,
    allowed: readdirSync(`${projectFolder}workloads/profiles`).sort().join(", "),
    reason: `there are no profiles for it under workloads/profiles/${harness}`,
    next: "Choose one of these, or give the path of a profile.",
  });
}

function readYaml(text: string, file: string): unknown {
  try {
    return load(text);
  } catch (error) {
    const { reason = String(error), mark } = error as { reason?: string; mark?: { line: number } };
    const problem = new UserError({
      key: "workload",
      value: file,
      file: mark ? `${file}:${mark.line + 1}` : file,
      reason: `it is no YAML (${reason})`,
      allowed: null,
      next: "Correct that line.",
    });
    throw new ScenarioError([problem]);
  }
}

function bareName(name: string): string {
  const ending = endings.filter((one) => name.endsWith(one)).sort((a, b) => b.length - a.length)[0];
  return ending === undefined ? name : name.slice(0, -ending.length);
}
