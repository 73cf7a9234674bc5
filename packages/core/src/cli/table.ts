import type { CliOptions, ListedCommand } from "./command.ts";

/** The commands of every distribution, in the order of the help text. A name here is the name of its module's command. */
export const commands: readonly ListedCommand[] = [
  { name: "validate", load: async () => (await import("./validate.ts")).validate },
  { name: "components", load: async () => (await import("./components.ts")).components },
  { name: "featuregate", load: async () => (await import("./featuregate.ts")).featuregate },
  {
    name: "print-config",
    aliases: ["print-initial-config"],
    load: async () => (await import("./print-config.ts")).printConfig,
  },
  { name: "init", load: async () => (await import("./init.ts")).init },
  { name: "convert", load: async () => (await import("./convert.ts")).convert },
  { name: "schema", load: async () => (await import("./schema.ts")).schema },
  { name: "completion", load: async () => (await import("./completion.ts")).completion },
  { name: "help", load: async () => (await import("./help.ts")).help },
];

/** Every command: those of every distribution, and what this one adds. */
export function commandsOf({ commands: added = [] }: Pick<CliOptions, "commands">): readonly ListedCommand[] {
  return [...commands, ...added];
}
