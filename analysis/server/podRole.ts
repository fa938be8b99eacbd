import type { PodServer } from "./serverMetrics.ts";

/** Each role of a disaggregated engine has a Service of its own, in whose name the role comes last: a target may be called like one. */
export function roleOf(url: string): PodServer["role"] {
  const name = URL.parse(url)?.hostname.split(".")[0] ?? "";
  const [, role] = [...name.matchAll(/(?:^|-)(prefill|decode)(?=-|$)/g)].at(-1) ?? [];
  return (role as PodServer["role"] | undefined) ?? null;
}
