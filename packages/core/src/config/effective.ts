import type { AnyDefinition, ObjectSchema } from "@sluice/component";
import { sectionNames } from "./catalog.ts";
import { byDefault, childOf, type Encoding, encode, map, scalar } from "./encode.ts";
import { formatId, parseId } from "./ids.ts";
import type { LoadedConfig } from "./load.ts";
import type { Located } from "./located.ts";
import type { LoadedComponent } from "./read-bodies.ts";

/**
 * A loaded configuration as one would have to write it to leave nothing to defaults: every section and key, ids by their present
 * names, keys in alphabetical order. What was written keeps its place. Loading the result gives the same configuration, apart from
 * secrets.
 */
export function effectiveConfig<T>(config: LoadedConfig<T>, telemetry: ObjectSchema<T>, encoding: Encoding): Located {
  const source = config.root;
  const components = sectionNames.map((section): [string, Located] => {
    const written = childOf(source, section);
    const bodies = writtenBodies(config[section], written);
    const loaded = [...config[section]].map(([id, { definition, config: body }]): [string, Located] => {
      const encoded = encode(body, definition.config.json, bodies.get(id), encoding);
      if (encoded === undefined) throw new Error(`BUG: "${id}" has no configuration`);
      return [id, encoded];
    });
    return [section, map(loaded, written)];
  });
  return map([...components, ["service", serviceOf(config, telemetry, childOf(source, "service"), encoding)]], source);
}

function serviceOf<T>(
  { pipelines, extensionOrder, telemetry, workers }: LoadedConfig<T>,
  schema: ObjectSchema<T>,
  source: Located | undefined,
  encoding: Encoding,
): Located {
  const written = childOf(source, "pipelines");
  const encoded = pipelines.map(({ id, receivers, processors, exporters }): [string, Located] => {
    const spot = childOf(written, id);
    const lists = Object.entries({ receivers, processors, exporters });
    return [
      id,
      map(
        lists.map(([key, ids]) => [key, idList(ids, childOf(spot, key))]),
        spot,
      ),
    ];
  });
  return map(
    [
      ["extensions", idList(extensionOrder, childOf(source, "extensions"))],
      ["pipelines", map(encoded, written)],
      ["telemetry", encode(telemetry, schema.json, childOf(source, "telemetry"), encoding) ?? map([])],
      ["workers", scalar(workers, childOf(source, "workers"))],
    ],
    source,
  );
}

function idList(ids: readonly string[], source: Located | undefined): Located {
  const written = source?.kind === "list" ? source.items : [];
  const items = ids.map((id, index) => scalar(id, written[index]));
  return { kind: "list", text: undefined, place: source?.place ?? byDefault, items };
}

/** What is written below each id, by its canonical form. */
function writtenBodies(
  loaded: ReadonlyMap<string, LoadedComponent<AnyDefinition>>,
  section: Located | undefined,
): ReadonlyMap<string, Located> {
  const canonical = new Map<string, string>();
  for (const [id, { definition }] of loaded) {
    const parsed = parseId(id);
    if ("problem" in parsed) continue;
    for (const type of [definition.type, ...(definition.aliases ?? [])]) canonical.set(formatId(type, parsed.name), id);
  }
  const bodies = new Map<string, Located>();
  for (const [key, { value }] of section?.kind === "map" ? section.entries : []) {
    const parsed = parseId(key);
    const id = "problem" in parsed ? undefined : canonical.get(formatId(parsed.type, parsed.name));
    if (id !== undefined) bodies.set(id, value);
  }
  return bodies;
}
