import { ConfigError, type ExtensionDefinition } from "@sluice/component";
import type { Configured } from "./build-pipeline.ts";
import { createContext, type Engine } from "./context.ts";
import type { Instance } from "./lifecycle.ts";

type Extensions = ReadonlyMap<string, Configured<ExtensionDefinition>>;

/** Builds the listed extensions in the order in which they start, and puts each into `engine.extensions`. */
export function buildExtensions(
  extensions: Extensions,
  listed: readonly string[],
  engine: Engine,
): readonly Instance[] {
  return startOrder(extensions, listed).map((id) => {
    const found = extensions.get(id);
    if (found === undefined) throw new Error(`BUG: no extension "${id}" for a service that lists it`);
    const { context, status } = createContext(engine, { kind: "extension", id, signals: new Set() });
    const lifecycle = found.definition.create(found.config, context);
    engine.extensions.set(id, lifecycle);
    return { kind: "extension", id, lifecycle, status, log: context.log };
  });
}

/** Every extension after those it depends on, otherwise as listed. Throws `ConfigError` at a circle or one that is not listed. */
function startOrder(extensions: Extensions, listed: readonly string[]): readonly string[] {
  const order = new Set<string>();
  function visit(id: string, path: readonly string[]): void {
    if (order.has(id)) return;
    if (path.includes(id)) throw new ConfigError(`extensions depend on each other: ${[...path, id].join(" -> ")}`);
    const found = extensions.get(id);
    for (const needed of found?.definition.dependencies?.(found.config) ?? []) {
      if (!listed.includes(needed)) {
        throw new ConfigError(`extension "${id}" needs "${needed}", which is not in service::extensions`);
      }
      visit(needed, [...path, id]);
    }
    order.add(id);
  }
  for (const id of listed) visit(id, []);
  return [...order];
}
