import type { ListedCommand } from "./command.ts";

/** Every command, in the order of the help text. A name here is the name of its module's command. */
export const commands: readonly ListedCommand[] = [
  {
    name: "print-config",
    aliases: ["print-initial-config"],
    load: async () => (await import("./print-config.ts")).printConfig,
  },
  { name: "help", load: async () => (await import("./help.ts")).help },
];
