import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../run/projectRoot.ts";

/**
 * Environment that selects the state: the user's own backend where there is one (PULUMI_BACKEND_URL, or a login), else
 * files in `.bench/state` of the clone. Secrets are encrypted with a generated passphrase, never with the empty one.
 */
export function backendEnvironment(): Record<string, string> {
  return {
    ...backendUrl(),
    ...passphrase(),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // Our copy of the stack file has no salt yet: without this the engine makes a new one each time, and derives a key
    // from it beside the one of the state, a million rounds in a quarter of a second.
    PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
  };
}

/** Where the state is kept when the user has no backend; null: the user has one. */
export function ownStateFolder(): string | null {
  const folder = join(projectRoot, ".bench", "state");
  const url = process.env.PULUMI_BACKEND_URL;
  // `./bench env` names ours in the user's shell.
  const other = url ? url !== `file://${folder}` : isLoggedIn();
  return other ? null : folder;
}

function backendUrl(): Record<string, string> {
  const state = ownStateFolder();
  if (state === null) return {};
  mkdirSync(state, { recursive: true });
  return { PULUMI_BACKEND_URL: `file://${state}` };
}

function isLoggedIn(): boolean {
  const file = join(process.env.PULUMI_HOME ?? join(homedir(), ".pulumi"), "credentials.json");
  if (!existsSync(file)) return false;
  try {
    return Boolean((JSON.parse(readFileSync(file, "utf8")) as { current?: string }).current);
  } catch {
    return false;
  }
}

function passphrase(): Record<string, string> {
  if (process.env.PULUMI_CONFIG_PASSPHRASE !== undefined || process.env.PULUMI_CONFIG_PASSPHRASE_FILE) return {};
  const file = join(projectRoot, ".bench", "passphrase");
  if (!existsSync(file)) {
    mkdirSync(join(projectRoot, ".bench"), { recursive: true });
    // wx: two first runs at once must not end with two passphrases.
    writeFileSync(file, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
  }
  return { PULUMI_CONFIG_PASSPHRASE_FILE: file };
}
