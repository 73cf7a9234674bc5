import type { AnyDefinition } from "@sluice/component";
import type { Signal } from "@sluice/data";
import { article, type Section, sections } from "./catalog.ts";
import type { Canonical, Components } from "./components.ts";
import { formatId, parseId, parsePipelineId } from "./ids.ts";
import { below, isEmpty, pickMap, pickTexts, type Spot } from "./pick.ts";
import { quote, type Report } from "./problems.ts";
import { didYouMean } from "./suggest.ts";

/** One pipeline; its ids are canonical and configured. */
export interface Pipeline {
  /** `signal` or `signal/name`. */
  readonly id: string;
  readonly signal: Signal;
  readonly receivers: readonly string[];
  readonly processors: readonly string[];
  readonly exporters: readonly string[];
}
/** What checking `service` works with. */
export interface ServiceCheck {
  readonly components: ReadonlyMap<Section, Components>;
  readonly canonical: Canonical;
  readonly definitions: ReadonlyMap<Section, ReadonlyMap<string, AnyDefinition>>;
  readonly report: Report;
  /** Whether there may be no pipelines. */
  readonly mayBeEmpty: boolean;
}

export const signals: readonly Signal[] = ["metrics", "traces", "logs"];
const pipelineKeys = ["receivers", "processors", "exporters"] as const;

/** One place where a list names a component. */
export interface Named {
  /** Canonical. */
  readonly id: string;
  /** Where it is configured. */
  readonly section: Section;
  readonly spot: Spot;
}
/** One place where a pipeline names a connector. */
export interface ConnectorUse {
  readonly connector: string;
  readonly as: "receivers" | "exporters";
  readonly pipeline: string;
  readonly signal: Signal;
  readonly spot: Spot;
}

/** Reads `service::extensions`: canonical ids in their order, and whether that is all that was written. */
export function readExtensions(
  check: ServiceCheck,
  service: Spot,
): { readonly named: readonly Named[]; readonly complete: boolean } {
  const list = below(service, "extensions");
  const named = readIds(check, list, "extensions");
  const written = list.node?.kind === "list" ? list.node.items.length : 0;
  return { named, complete: isEmpty(list.node) || named.length === written };
}

/** Reads `service::pipelines`, reporting everything that keeps each of them from being built. */
export function readPipelines(
  check: ServiceCheck,
  service: Spot,
): { readonly pipelines: readonly Pipeline[]; readonly uses: readonly ConnectorUse[] } {
  const { report } = check;
  const spot = below(service, "pipelines");
  const map = pickMap(spot, undefined, report);
  if (map?.size === 0 && !check.mayBeEmpty) {
    const message = "found no pipeline, expected at least one, for example metrics";
    report({ severity: "error", place: spot.place, path: spot.path, message });
  }
  const seen = new Map<string, number>();
  const uses: ConnectorUse[] = [];
  const pipelines = [...(map?.keys() ?? [])].flatMap((key) => {
    const at = below(spot, key);
    const fail = (message: string) => report({ severity: "error", place: at.place, path: at.path, message });
    const parsed = parsePipelineId(key);
    if ("problem" in parsed) {
      fail(parsed.problem);
      return [];
    }
    const signal = signals.find((known) => known === parsed.signal);
    if (signal === undefined) {
      const expected = didYouMean(parsed.signal, signals) || `; expected one of ${signals.join(", ")}`;
      fail(`unknown signal ${quote(parsed.signal)}${expected}`);
      return [];
    }
    const id = formatId(signal, parsed.name);
    const first = seen.get(id);
    seen.set(id, at.place.line);
    if (first !== undefined) fail(`found pipeline "${id}" again, first in line ${first}`);
    if (pickMap(at, pipelineKeys, report) === undefined) return [];
    const read = (list: (typeof pipelineKeys)[number]): readonly string[] => {
      const named = readList(check, below(at, list), list, signal);
      for (const { id: connector, section, spot: where } of named) {
        if (section !== "connectors" || list === "processors") continue;
        uses.push({ connector, as: list, pipeline: id, signal, spot: where });
      }
      return named.map((component) => component.id);
    };
    return [{ id, signal, receivers: read("receivers"), processors: read("processors"), exporters: read("exporters") }];
  });
  return { pipelines, uses };
}

function readList(
  check: ServiceCheck,
  list: Spot,
  section: (typeof pipelineKeys)[number],
  signal: Signal,
): readonly Named[] {
  if (section !== "processors" && isEmpty(list.node)) {
    const message = `found no ${sections[section]}, expected at least one`;
    check.report({ severity: "error", place: list.place, path: list.path, message });
  }
  const named = readIds(check, list, section);
  for (const component of named) checkSignal(check, component, signal);
  return named;
}

function checkSignal(check: ServiceCheck, { id, section, spot }: Named, signal: Signal): void {
  const { place, path } = spot;
  const definition = check.definitions.get(section)?.get(id);
  if (definition === undefined || !("signals" in definition)) return;
  const can: readonly Signal[] = definition.signals;
  if (can.includes(signal)) return;
  const message = `the ${sections[section]} "${id}" does not handle ${signal}, only ${can.join(" and ")}`;
  check.report({ severity: "error", place, path, message });
}

/** Where else what a list names may be configured: connectors end pipelines and begin others. */
const candidates: Readonly<Record<Section, readonly Section[]>> = {
  receivers: ["receivers", "connectors"],
  processors: ["processors"],
  exporters: ["exporters", "connectors"],
  connectors: ["connectors"],
  extensions: ["extensions"],
};

/** Reads a list of ids, reporting what is no id, not configured, or listed twice. */
function readIds({ components, canonical, report }: ServiceCheck, list: Spot, section: Section): readonly Named[] {
  const seen = new Set<string>();
  return pickTexts(list, report).flatMap(({ text, spot }) => {
    const { place, path } = spot;
    const fail = (message: string) => report({ severity: "error", place, path, message });
    const parsed = parseId(text);
    if ("problem" in parsed) {
      fail(parsed.problem);
      return [];
    }
    const ids = candidates[section].map((where) => ({ section: where, id: canonical(where, text, place, path)! }));
    const isUnread = ({ section: where, id }: (typeof ids)[number]) =>
      components.get(where)!.failed.has(id) || !components.get(where)!.readable;
    if (ids.some(isUnread)) return [];
    const found = ids.find(({ section: where, id }) => components.get(where)!.known.has(id));
    if (found === undefined) {
      fail(describeMissing(components, section, text, ids[0]!.id));
      return [];
    }
    const { id } = found;
    if (seen.has(id)) {
      fail(`found ${sections[found.section]} "${id}" again, expected it once`);
      return [];
    }
    seen.add(id);
    return [{ ...found, spot }];
  });
}

function describeMissing(
  components: ReadonlyMap<Section, Components>,
  section: Section,
  text: string,
  id: string,
): string {
  for (const [other, { known }] of components) {
    if (other !== section && known.has(id)) {
      return `"${text}" is configured below ${other}, expected ${article(sections[section])}`;
    }
  }
  const near = didYouMean(
    text,
    candidates[section].flatMap((where) => [...components.get(where)!.known.keys()]),
  );
  return `the ${sections[section]} "${text}" is not configured${near || `; expected it below ${section}`}`;
}
