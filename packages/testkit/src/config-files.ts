import { readdirSync } from "node:fs";
import { join } from "node:path";

/** The files of a package's `testdata/config` with this ending, sorted; none when there is no such folder. */
export function configFiles(directory: string, ending: string): string[] {
  const folder = join(directory, "testdata/config");
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(ending))
      .sort()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}
