import type { AnyDefinition, Route } from "@sluice/component";
import type { Signal } from "@sluice/data";
import { createCatalog, type Section, sectionNames } from "../config/catalog.ts";
import { defaultProviders } from "../config/providers.ts";
import { formatYaml, fromPlain } from "../config/yaml-text.ts";
import type { Definitions } from "../definitions.ts";
import type { Command } from "./command.ts";
import { capitalized } from "./text-table.ts";

const signals: readonly Signal[] = ["logs", "metrics", "traces"];

/** Prints what a configuration may name, in upstream's shape. */
export const components: Command = {
  name: "components",
  summary: "List the components that a configuration may name",
  usage: "[<flags>]",
  flags: [{ name: "format", value: "<format>", choices: ["yaml", "json"], summary: "How it is written." }],
  examples: ["components"],

  async run({ build, definitions, providers = defaultProviders, print }, args) {
    const listed: Record<string, unknown> = { buildinfo: build };
    for (const section of sectionNames) listed[section] = await listSection(definitions, section);
    listed.providers = [...providers.keys()].toSorted().map((scheme) => ({ scheme, module: "@sluice/core" }));
    listed.converters = [];
    const isJson = args.last("format") === "json";
    print(isJson ? `${JSON.stringify(listed, undefined, 2)}\n` : formatYaml(fromPlain(listed)));
    return 0;
  },
};

async function listSection(definitions: Definitions, section: Section): Promise<readonly unknown[]> {
  const inSection = new Set(createCatalog(definitions).get(section)!.values());
  const sorted = [...inSection].toSorted((a, b) => (a.type < b.type ? -1 : 1));
  return Promise.all(
    sorted.map(async (listed) => {
      const definition = "load" in listed ? await listed.load() : listed;
      const { module } = listed as { readonly module?: string };
      const { type, aliases = [] } = definition;
      return {
        name: type,
        ...(aliases.length > 0 && { aliases }),
        ...(module !== undefined && { module }),
        stability: stabilityOf(definition),
      };
    }),
  );
}

/** By signal, or by way from signal to signal; `Undefined` where it has none. */
function stabilityOf(definition: AnyDefinition): Readonly<Record<string, string>> {
  const level = capitalized(definition.stability);
  if (definition.kind === "extension") return { extension: level };
  if (definition.kind === "connector") {
    const routes: readonly Route[] = definition.routes;
    const ways = signals.flatMap((from) => signals.map((to) => ({ from, to })));
    const has = (way: Route) => routes.some(({ from, to }) => from === way.from && to === way.to);
    return Object.fromEntries(ways.map((way) => [`${way.from}-to-${way.to}`, has(way) ? level : "Undefined"]));
  }
  const own: readonly Signal[] = definition.signals;
  return Object.fromEntries(signals.map((signal) => [signal, own.includes(signal) ? level : "Undefined"]));
}
