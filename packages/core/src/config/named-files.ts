import type { AnyDefinition } from "@sluice/component";
import { sectionNames } from "./catalog.ts";
import type { LoadedConfig } from "./load.ts";
import { absolutePath } from "./providers.ts";
import type { LoadedComponent } from "./read-bodies.ts";

/**
 * Absolute paths of the files that a configuration's meaning rests on: those it was read from, and those that its components must
 * have to start. Files that a component looks for again and again by itself are none of them.
 */
export function namedFiles({ files, baseDirectory, ...config }: LoadedConfig<unknown>): readonly string[] {
  const named = new Set(files);
  for (const section of sectionNames) {
    const components: Iterable<LoadedComponent<AnyDefinition>> = config[section].values();
    for (const { marks, used } of components) {
      for (const { kind, detail, value } of used ? marks : []) {
        // A relative path starts at the configuration.
        if (kind !== "file" || detail !== "required") continue;
        named.add(absolutePath(value, { process: { cwd: baseDirectory } }));
      }
    }
  }
  return [...named];
}
