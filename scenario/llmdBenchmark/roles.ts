import { type Carrier, setNumber } from "./carrier.ts";
import type { Draft, Taken } from "./draft.ts";
import { at, carryArguments } from "./serveKeys.ts";

type Role = "decode" | "prefill";

/** v0.1 called the method deployer, v0.2 and later modelservice; files of v0.2 still had names of v0.1, which its setup no longer read. */
const names = (role: Role, part: string) => [
  `VLLM_MODELSERVICE_${role.toUpperCase()}_${part}`,
  `VLLM_DEPLOYER_${role.toUpperCase()}_${part}`,
];

const REPLICAS = "REPLICAS";
const TENSOR = ["TENSOR_PARALLELISM", "ACCELERATOR_NR"];
const DATA = ["DATA_PARALLELISM", "DATA_LOCAL_PARALLELISM"];

const THRESHOLD = ["VLLM_DEPLOYER_EPP_PD_PROMPT_LEN_THRESHOLD", "VLLM_MODELSERVICE_EPP_PD_PROMPT_LEN_THRESHOLD"];

const NO_PREFILL =
  "LLMDBENCH_VLLM_MODELSERVICE_PREFILL_REPLICAS is not set: a prefill pod was the default, beside an endpoint picker that did not tell it from decode pods. llmd.prefill: {} adds one that reads prompts.";

/** Replicas, GPUs and arguments of decode and prefill pods. */
export const roles: readonly Carrier[] = [
  ...bothRoles(),
  {
    variables: THRESHOLD,
    key: "llmd.prefillThreshold",
    how: "",
    carry: (draft) => {
      if (!absent(draft, "prefill", THRESHOLD))
        setNumber(draft, draft.first(...THRESHOLD), "llmd.prefillThreshold", [1, 1_000_000]);
    },
  },
];

function bothRoles(): Carrier[] {
  return (["prefill", "decode"] as const).flatMap((role) => [
    {
      variables: names(role, REPLICAS),
      key: `llmd.${role}.replicas`,
      how:
        role === "prefill"
          ? "0 is no prefill; not set is none here, and was one pod there: see the defaults below."
          : "",
      carry: (draft: Draft) => {
        const taken = draft.first(...names(role, REPLICAS));
        if (role === "prefill" && taken === null && at(draft.config, "llmd.prefill") === undefined)
          draft.note(NO_PREFILL);
        else if (role === "prefill" && taken?.text === "0") draft.same(taken, "no llmd.prefill");
        else setNumber(draft, taken, `llmd.${role}.replicas`, [1, 64]);
      },
    },
    {
      variables: TENSOR.flatMap((part) => names(role, part)),
      key: `llmd.${role}.tensorParallel`,
      how: "`auto` is what the parallelism needs, as here.",
      carry: (draft: Draft, { simulated }) => {
        const known = TENSOR.flatMap((part) => names(role, part));
        if (absent(draft, role, known) || (simulated && left(draft, known, "a simulated engine has no GPUs."))) return;
        const [tensor, ...counts] = [
          draft.first(...names(role, TENSOR[0]!)),
          ...names(role, TENSOR[1]!).map((name) => draft.take(name)),
        ];
        const count = counts.find((one) => one !== null) ?? null;
        if (tensor && count) draft.same(count, "the parallelism tells it");
        if (tensor || count?.text !== "0") setNumber(draft, tensor ?? count, `llmd.${role}.tensorParallel`, [1, 64]);
        else draft.drop(count, "an engine needs a GPU.");
      },
    },
    {
      variables: [...DATA, "NUM_WORKERS_PARALLELISM"].map((part) => names(role, part)[0]!),
      key: `llmd.${role}.dataParallel, llmd.${role}.nodes`,
      how: "Workers are nodes; a local size is multiplied by them.",
      carry: (draft: Draft) => carryParallelism(draft, role),
    },
    ...(
      [
        ["CPU_NR", "cpu"],
        ["CPU_MEM", "memory"],
      ] as const
    ).map(([part, key]) => ({
      variables: [names(role, part)[0]!],
      key: `llmd.${role}.${key}`,
      how: "",
      carry: (draft: Draft) => {
        const known = [names(role, part)[0]!];
        if (absent(draft, role, known)) return;
        const taken = draft.first(...known);
        if (taken === null) return;
        if (key === "cpu") setNumber(draft, taken, `llmd.${role}.cpu`, [0.001, 256]);
        else if (/^[1-9]\d*(\.\d+)?(Mi|Gi|Ti)$/.test(taken.text)) draft.set(taken, `llmd.${role}.memory`, taken.text);
        else draft.drop(taken, "it is no quantity such as 32Gi.");
      },
    })),
    {
      variables: names(role, "EXTRA_ARGS"),
      key: `llmd.${role}.*, engine.*, llmd.${role}.extraArgs`,
      how: "As VLLM_STANDALONE_ARGS; what one engine has and the other not can differ in extraArgs only.",
      carry: (draft: Draft, { simulated }) => {
        const known = names(role, "EXTRA_ARGS");
        if (
          absent(draft, role, known) ||
          (simulated && left(draft, known, "the simulated engine is ours and takes none."))
        )
          return;
        const taken = draft.first(...known);
        if (taken)
          carryArguments(draft, taken, {
            own: `llmd.${role}`,
            has: (key) => at(draft.config, `llmd.${role}.${key}`) !== undefined,
          });
      },
    },
  ]);
}

/** Told once, and with its reason, when a file sets up prefill pods and then has none of them. */
function absent(draft: Draft, role: Role, known: readonly string[]): boolean {
  if (role === "decode" || at(draft.config, "llmd.prefill") !== undefined) return false;
  return left(
    draft,
    known,
    "there is no prefill pod: set LLMDBENCH_VLLM_MODELSERVICE_PREFILL_REPLICAS, or llmd.prefill.",
  );
}

function left(draft: Draft, known: readonly string[], why: string): true {
  for (const name of known) {
    const taken = draft.take(name);
    if (taken) draft.drop(taken, why);
  }
  return true;
}

function carryParallelism(draft: Draft, role: Role): void {
  const own = [...DATA, "NUM_WORKERS_PARALLELISM"].map((part) => names(role, part)[0]!);
  if (absent(draft, role, own)) return;
  const common = (part: string) => count(draft.file.variables.get(`LLMDBENCH_VLLM_COMMON_${part}`)?.text);
  const [data, local, workers] = own.map((name) => draft.take(name)) as (Taken | null)[];
  const several = draft.file.variables.get("LLMDBENCH_VLLM_MODELSERVICE_MULTINODE")?.text === "true";
  const nodes = several ? (count(workers?.text) ?? common("NUM_WORKERS_PARALLELISM") ?? 1) : 1;
  const localSize = count(local?.text) ?? common("DATA_LOCAL_PARALLELISM");
  const size = count(data?.text) ?? common("DATA_PARALLELISM") ?? (localSize === null ? null : localSize * nodes);
  const said = data ?? local;
  for (const taken of [local, workers])
    if (taken && taken !== said) draft.same(taken, `with llmd.${role}.dataParallel`);
  if (said && size !== null) draft.set(said, `llmd.${role}.dataParallel`, size);
  else if (size !== null && size > 1)
    draft.assume(`llmd.${role}.dataParallel`, size, "by LLMDBENCH_VLLM_COMMON_DATA_PARALLELISM");
  if (nodes > 1) draft.assume(`llmd.${role}.nodes`, nodes, "by LLMDBENCH_VLLM_MODELSERVICE_MULTINODE and its workers");
}

const count = (text: string | undefined): number | null => (/^[1-9]\d*$/.test(text ?? "") ? Number(text) : null);
