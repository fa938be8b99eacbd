import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineLog, Facts } from "./facts.ts";
import type { Known } from "./known.ts";

/** Writes a run's facts into `environment/` of its folder. */
export function writeFacts(facts: Facts, folder: string): void {
  const environment = join(folder, "environment");
  mkdirSync(environment, { recursive: true });
  const write = (name: string, text: string) => writeFileSync(join(environment, name), text);
  const json = <T>(key: string, { value, reason }: Known<T>) =>
    write(`${key}.json`, `${JSON.stringify({ [key]: value, reason }, null, 2)}\n`);
  json("pods", facts.pods);
  json("nodes", facts.nodes);
  json("events", facts.events);
  write("engine_log.txt", facts.engineLogs.map(section).join("\n"));
  write("context.ctx", `${contextText(facts)}\n`);
}

/** Which cluster; holds no credential. */
export function contextText({ context, server, serverVersion }: Facts): string {
  const version = serverVersion.value ?? `not known (${serverVersion.reason})`;
  return `context: ${context}\nserver: ${server}\nversion: ${version}`;
}

function section({ pod, container, previous, log }: EngineLog): string {
  const title = `== pod ${pod}, container ${container}${previous ? ", before its last restart" : ""}`;
  if (log.value === null) return `${title}: not to be had: ${log.reason}\n`;
  const cut = log.value.cutBytes === 0 ? "" : `, without its first ${log.value.cutBytes} bytes`;
  return `${title}${cut}\n${log.value.text}`;
}
