import { harnesses } from "../schema.ts";
import { type Carrier, type Context, number, quantity } from "./carrier.ts";
import type { Draft } from "./draft.ts";

const NAME = ["HARNESS_NAME", "RUN_EXPERIMENT_HARNESS"];
const PROFILE = ["HARNESS_EXPERIMENT_PROFILE", "FMPERF_EXPERIMENT_PROFILE"];

/** Profiles that had another name before. */
const renamed: Readonly<Record<string, string>> = {
  "vllm-benchmark/simple-random": "sanity_random",
  "guidellm/simple-concurrent": "sanity_concurrent",
};

/** Load generator and workload. */
export const harness: readonly Carrier[] = [
  {
    variables: [...NAME, ...PROFILE],
    key: "harness, workload",
    how: "A profile that only one harness has brings it along; one that is not here keeps its name, and a file of yours by that name, or its path, makes it run.",
    carry: carryProfile,
  },
  {
    variables: ["HARNESS_EXPERIMENT_PROFILE_OVERRIDES"],
    key: "workloadOverrides",
    how: "",
    carry: (draft) => {
      const taken = draft.take("HARNESS_EXPERIMENT_PROFILE_OVERRIDES");
      if (taken === null) return;
      const pairs = taken.text.split(",").map((pair) => /^\s*([\w.-]+)=(.*)$/s.exec(pair));
      if (pairs.some((pair) => pair === null)) return void draft.drop(taken, "it is no list of key=value.");
      const values = pairs.map((pair) => [pair![1]!, /^-?\d+(\.\d+)?$/.test(pair![2]!) ? Number(pair![2]) : pair![2]!]);
      draft.set(taken, "workloadOverrides", Object.fromEntries(values));
    },
  },
  number(["HARNESS_WAIT_TIMEOUT"], "harnessSettings.waitTimeoutSeconds", "At most a week.", [1, 604_800]),
  {
    variables: ["HARNESS_NAMESPACE", "FMPERF_NAMESPACE"],
    key: "harnessSettings.namespace",
    how: "Where it is another than the engines'.",
    carry: (draft) => {
      const taken = draft.first("HARNESS_NAMESPACE", "FMPERF_NAMESPACE");
      if (taken === null) return;
      if (taken.text === (draft.config.cluster as { namespace?: string } | undefined)?.namespace)
        draft.same(taken, "cluster.namespace");
      else draft.set(taken, "harnessSettings.namespace", taken.text);
    },
  },
  number(["HARNESS_CPU_NR"], "harnessSettings.cpu", "", [0.001, 256]),
  quantity(["HARNESS_CPU_MEM"], "harnessSettings.memory"),
  quantity(["HARNESS_PVC_SIZE", "FMPERF_PVC_SIZE"], "harnessSettings.pvcSize"),
];

function carryProfile(draft: Draft, { profilesOf }: Context): void {
  const harnessName = draft.first(...NAME);
  const profile = draft.first(...PROFILE);
  const wanted = profile === null ? null : profile.text.replace(/^.*\/|\.ya?ml(\.in)?$/g, "");
  const known = harnesses.find((name) => name === harnessName?.text) ?? null;
  if (harnessName && known) draft.set(harnessName, "harness", known);
  else if (harnessName)
    draft.drop(harnessName, `there is no harness ${harnessName.text} here. Allowed: ${harnesses.join(", ")}.`);
  if (profile === null || wanted === null) return;
  const owners = harnesses.filter((name) => name !== "llmbench" && has(name, wanted, profilesOf));
  const owner = known ?? (harnessName === null && owners.length === 1 ? owners[0]! : null);
  if (owner !== null && known === null)
    draft.assume("harness", owner, `the file names none, and profile ${wanted} is one of ${owner}`);
  const forHarness = owner ?? "inference-perf";
  if (forHarness === "nop") return void draft.same(profile, "harness nop needs no workload");
  const newName = renamed[`${forHarness}/${wanted}`];
  if (newName) draft.set(profile, "workload", newName, `the name of ${wanted} now`);
  else if (profilesOf(forHarness).includes(wanted)) draft.set(profile, "workload", wanted);
  else
    draft.set(
      profile,
      "workload",
      wanted,
      `${forHarness} has no such profile here: copy the file into workloads/profiles/${forHarness}/, or name its path`,
    );
}

const has = (name: string, profile: string, profilesOf: Context["profilesOf"]) =>
  profilesOf(name).includes(renamed[`${name}/${profile}`] ?? profile);
