import type { Carrier } from "./carrier.ts";
import { cluster } from "./cluster.ts";
import { engine } from "./engine.ts";
import { hardware } from "./hardware.ts";
import { harness } from "./harness.ts";
import { model } from "./model.ts";
import { roles } from "./roles.ts";
import { routing } from "./routing.ts";

/** Groups of the table, in the order in which they are carried: later ones look at what earlier ones have put. */
export const groups: readonly { readonly title: string; readonly carriers: readonly Carrier[] }[] = [
  { title: "Hardware", carriers: hardware },
  { title: "Model and method", carriers: model },
  { title: "Engine", carriers: engine },
  { title: "Gateway and endpoint picker", carriers: onlyLlmd(routing) },
  { title: "Prefill and decode", carriers: onlyLlmd(roles) },
  { title: "Cluster", carriers: cluster },
  { title: "Load", carriers: harness },
];

export const carried: readonly string[] = groups.flatMap(({ carriers }) =>
  carriers.flatMap(({ variables }) => variables),
);

/** A file may set them for a standalone engine too; they did nothing there. */
function onlyLlmd(carriers: readonly Carrier[]): readonly Carrier[] {
  return carriers.map((carrier) => ({
    ...carrier,
    carry: (draft, context) => {
      if (context.method === "llm-d") return carrier.carry(draft, context);
      for (const name of carrier.variables) {
        const taken = draft.take(name);
        if (taken) draft.drop(taken, "a standalone engine has no gateway, endpoint picker or roles.");
      }
    },
  }));
}
