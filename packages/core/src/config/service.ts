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
}

const signals: readonly Signal[] = ["metrics", "traces", "logs"];
const pipelineKeys = ["receivers", "processors", "exporters"] as const;

/** Reads `service::extensions`: canonical ids in their order. */
export function readExtensions(check: ServiceCheck, service: Spot): readonly string[] {
  return readIds(check, below(service, "extensions"), "extensions").map(({ id }) => id);
}

/** Reads `service::pipelines`, reporting everything that keeps them from being built. */
export function readPipelines(check: ServiceCheck, service: Spot): readonly Pipeline[] {
  const { report } = check;
  const spot = below(service, "pipelines");
  const map = pickMap(spot, undefined, report);
  if (map?.size === 0) {
    const message = "found no pipeline, expected at least one, for example metrics";
    report({ severity: "error", place: spot.place, path: spot.path, message });
  }
  const seen = new Map<string, number>();
  return [...(map?.keys() ?? [])].flatMap((key) => {
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
    const lists = readPipeline(check, at, signal);
    return lists === undefined ? [] : [{ id, signal, ...lists }];
  });
}

function readPipeline(check: ServiceCheck, spot: Spot, signal: Signal): Omit<Pipeline, "id" | "signal"> | undefined {
  if (pickMap(spot, pipelineKeys, check.report) === undefined) return undefined;
  const read = (section: (typeof pipelineKeys)[number]): readonly string[] => {
    const list = below(spot, section);
    if (section !== "processors" && isEmpty(list.node)) {
      const message = `found no ${sections[section]}, expected at least one`;
      check.report({ severity: "error", place: list.place, path: list.path, message });
    }
    const named = readIds(check, list, section);
    for (const { id, spot: at } of named) checkSignal(check, at, section, id, signal);
    return named.map(({ id }) => id);
  };
  return { receivers: read("receivers"), processors: read("processors"), exporters: read("exporters") };
}

function checkSignal(check: ServiceCheck, { place, path }: Spot, section: Section, id: string, signal: Signal): void {
  const definition = check.definitions.get(section)?.get(id);
  if (definition === undefined || !("signals" in definition)) return;
  const can: readonly Signal[] = definition.signals;
  if (can.includes(signal)) return;
  const message = `the ${sections[section]} "${id}" does not handle ${signal}, only ${can.join(" and ")}`;
  check.report({ severity: "error", place, path, message });
}

/** Reads a list of ids of one section, reporting what is no id, not configured, or listed twice. */
function readIds(
  { components, canonical, report }: ServiceCheck,
  list: Spot,
  section: Section,
): readonly { readonly id: string; readonly spot: Spot }[] {
  const seen = new Set<string>();
  return pickTexts(list, report).flatMap(({ text, spot }) => {
    const { place, path } = spot;
    const fail = (message: string) => report({ severity: "error", place, path, message });
    const parsed = parseId(text);
    if ("problem" in parsed) {
      fail(parsed.problem);
      return [];
    }
    const id = canonical(section, text, place, path)!;
    const { known, failed, readable } = components.get(section)!;
    if (failed.has(id) || !readable) return [];
    if (!known.has(id)) {
      fail(describeMissing(components, section, text, id));
      return [];
    }
    if (seen.has(id)) {
      fail(`found ${sections[section]} "${id}" again, expected it once`);
      return [];
    }
    seen.add(id);
    return [{ id, spot }];
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
  const near = didYouMean(text, components.get(section)!.known.keys());
  return `the ${sections[section]} "${text}" is not configured${near || `; expected it below ${section}`}`;
}
