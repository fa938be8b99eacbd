import type { z } from "zod";
import type { HarnessProgress } from "../harness/recordFormat.ts";
import type { HarnessName } from "../scenario/scenario.ts";
import type { TargetEndpoint } from "./plan.ts";

/**
 * What the project knows of one harness that is not ours: how it is had, configured, run and followed. One file each in
 * `adapters/`. How its files are read is in `analysis/import/`.
 * @typeParam Profile its own config file or flags, as in `profiles/<harness>/`
 */
export interface HarnessAdapter<Profile = unknown> {
  readonly name: HarnessName;
  /** Of the tool, pinned: a new version is a new run. */
  readonly version: string;
  /** Pinned image that holds it. */
  readonly image: string;
  /** Looked for on PATH when it runs on this machine. */
  readonly executable: string;
  /** Command that installs the pinned version, for the message when it is missing. */
  readonly install: string;
  /** The tool's own schema at the pinned version, strict: an unknown key is an error that names the nearest valid one. */
  readonly schema: z.ZodType<Profile>;
  /** What older profiles say otherwise, put right before the check; `warnings` are sentences, e.g. std -> std_dev. */
  modernise?(values: unknown): { readonly values: unknown; readonly warnings: readonly string[] };
  /** The loads it will run, in order: for the plan, the ETA and the time limit. */
  stages(profile: Profile): readonly PlannedStage[];
  /** The longest prompt and answer, in tokens; null: it cannot be known before (a dataset). */
  longest(profile: Profile): { readonly input: number; readonly output: number } | null;
  render(request: HarnessRequest<Profile>): HarnessProcess;
  /** Reads one line of its output; null: it tells nothing of progress. A new reader per run, since lines build on each other. */
  progressReader(stages: readonly PlannedStage[]): (line: string) => HarnessProgress | null;
  /** A profile that does what every harness can do, for the cross-check. */
  profileOf(load: CommonLoad): unknown;
}

export interface PlannedStage {
  /** As in results, e.g. "concurrency 8". */
  readonly name: string;
  /** null: it ends after a number of requests. */
  readonly seconds: number | null;
  readonly requests: number | null;
}

export interface HarnessRequest<Profile> {
  readonly profile: Profile;
  readonly endpoint: TargetEndpoint;
  /** Hugging Face id, or a folder: for harnesses that count tokens themselves. */
  readonly tokenizer: string;
  readonly seed: number;
  readonly runId: string;
  /** Where `HarnessProcess.files` will lie; read-only. */
  readonly configFolder: string;
  /** Where the native files go; there, empty and writable. */
  readonly resultsFolder: string;
}

/** What is run, in a pod or as a child process. */
export interface HarnessProcess {
  /** Name -> content; no secrets. */
  readonly files: Readonly<Record<string, string>>;
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  /** Variable in which the tool expects the endpoint's key; null: it cannot send one. */
  readonly apiKeyEnv: string | null;
}

/** A closed loop with fixed lengths and forced output, chat API, streamed. */
export interface CommonLoad {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly concurrency: readonly number[];
  /** Of each stage. */
  readonly requests: number;
}
