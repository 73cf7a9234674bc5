import { telemetrySchema } from "../telemetry/config.ts";
import type { Command } from "./command.ts";
import { editorDocument } from "./editor/document.ts";

/** Prints the JSON Schema of a configuration, for editors. */
export const schema: Command = {
  name: "schema",
  summary: "Print the JSON Schema of a configuration, for editors",
  usage: "",
  details: `It describes every component of this distribution. Whatever it refuses is refused at the start, too; references between
sections and rules across keys are beyond it, and told by "validate".`,
  flags: [],
  examples: ["schema"],

  async run({ build, definitions, print }) {
    const loaded = await Promise.all(definitions.map(async (listed) => ("load" in listed ? listed.load() : listed)));
    const document = editorDocument({ build, definitions: loaded, telemetry: telemetrySchema.json });
    print(`${JSON.stringify(document, undefined, 2)}\n`);
    return 0;
  },
};
