import type { Output } from "./output.ts";

/** Every output that a manifest may ask for, by name; loaded when it is asked for. */
export const outputs: Readonly<Record<string, () => Promise<Output>>> = {
  folder: async () => (await import("./folder.ts")).emitFolder,
  schema: async () => (await import("./schema.ts")).emitSchema,
};
export const outputNames: readonly string[] = Object.keys(outputs);
