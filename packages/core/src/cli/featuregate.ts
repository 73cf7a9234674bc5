import { didYouMean } from "../config/suggest.ts";
import { createFeatureGates } from "../feature-gates.ts";
import { type Command, UsageError } from "./command.ts";
import { capitalized, formatTable } from "./text-table.ts";

/** Prints the feature gates, or one of them. */
export const featuregate: Command = {
  name: "featuregate",
  summary: "List the feature gates, or tell about one",
  usage: "[<id>]",
  flags: [],
  examples: ["featuregate", "featuregate service.AllowNoPipelines"],
  operands: {
    atMost: 1,
    values: () =>
      createFeatureGates()
        .list()
        .map(({ id }) => id),
  },

  async run({ print }, { operands: [id] }) {
    const gates = createFeatureGates().list();
    if (id === undefined) {
      const rows = gates.map((gate) => [gate.id, String(gate.enabled), capitalized(gate.stage), gate.description]);
      print(formatTable([["ID", "Enabled", "Stage", "Description"], ...rows]));
      return 0;
    }
    const gate = gates.find((known) => known.id === id);
    if (gate === undefined) {
      const near = didYouMean(
        id,
        gates.map((known) => known.id),
      );
      throw new UsageError(`unknown feature gate ${JSON.stringify(id)}${near}`);
    }
    print(
      `Feature: ${gate.id}\nEnabled: ${gate.enabled}\nStage: ${capitalized(gate.stage)}\nDescription: ${gate.description}\n`,
    );
    return 0;
  },
};
