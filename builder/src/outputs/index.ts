import type { Output } from "./output.ts";

/** Every output that a manifest may ask for, by name; loaded when it is asked for. */
export const outputs: Readonly<Record<string, () => Promise<Output>>> = {
  folder: async () => (await import("./folder.ts")).emitFolder,
  sea: async () => (await import("./sea.ts")).emitSea,
  image: async () => (await import("./image.ts")).emitImage,
  deb: async () => (await import("./deb.ts")).emitDeb,
  rpm: async () => (await import("./rpm.ts")).emitRpm,
  schema: async () => (await import("./schema.ts")).emitSchema,
  sbom: async () => (await import("./sbom.ts")).emitSbom,
  size: async () => (await import("./size.ts")).emitSize,
};
export const outputNames: readonly string[] = Object.keys(outputs);
