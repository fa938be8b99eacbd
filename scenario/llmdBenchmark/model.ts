import { findModel } from "../models.ts";
import type { Carrier } from "./carrier.ts";

/** What is served, and how it is deployed. */
export const model: readonly Carrier[] = [
  {
    variables: ["DEPLOY_METHODS"],
    key: "method, targets",
    how: "standalone as it is; modelservice and deployer are llm-d, and the default. Several become targets to compare.",
    carry: (draft, { method, simulated }) => {
      const taken = draft.take("DEPLOY_METHODS");
      const [value, why] =
        simulated && method === "standalone"
          ? ["simulated", "the image is a simulator; ours stands for it"]
          : [method, ""];
      if (taken)
        draft.set(taken, "method", value, why || (taken.text.split(",").includes(method) ? "" : "its name here"));
      else draft.assume("method", value, why || "the file names none; modelservice was the default");
    },
  },
  {
    variables: ["DEPLOY_MODEL_LIST"],
    key: "model, targets",
    how: "Aliases as they were; llama-17b is the FP8 checkpoint here. Several become targets.",
    carry: (draft) => {
      const taken = draft.take("DEPLOY_MODEL_LIST");
      if (taken === null)
        return draft.assume(
          "model",
          "llama-1b",
          "the file names none; that was the default of v0.2 (v0.1: llama-3b, from v0.3.3 on: facebook/opt-125m)",
        );
      const first = taken.text.split(",")[0]!.trim();
      const why =
        first === "llama-17b"
          ? "RedHatAI's FP8 checkpoint here, where v0.2 had meta-llama's in BF16"
          : findModel(first)
            ? ""
            : "no model of the catalogue, carried as it is: model: custom and modelSpec describe it";
      draft.set(taken, "model", first, why);
    },
  },
];

export const methodsOf = (text: string | undefined): ("standalone" | "llm-d")[] => {
  const given = (text ?? "").split(",").map((name) => name.trim());
  const methods = given.flatMap((name) =>
    name === "standalone"
      ? ["standalone" as const]
      : /^(modelservice|deployer|llm-d)$/.test(name)
        ? ["llm-d" as const]
        : [],
  );
  return methods.length > 0 ? [...new Set(methods)] : ["llm-d"];
};
