import { copyFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Output } from "./output.ts";

/** The JSON Schema of the configurations that exactly this distribution takes, for editors. */
export const emitSchema: Output = async ({ directory, name }, { outputPath }) => {
  const path = join(outputPath, `${name}.schema.json`);
  await copyFile(join(directory, "schema.json"), path);
  return [{ path, what: "JSON Schema of the configuration", bytes: (await stat(path)).size }];
};
