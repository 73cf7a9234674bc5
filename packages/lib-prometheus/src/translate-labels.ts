/** From the attributes of a point, its scope and its resource to labels: what Prometheus exporters have in common. */
import { type Attributes, asString, type Metric, type Resource, type Scope } from "@sluice/data";
import { compareText } from "./labels.ts";
import { inNamespace, labelName, type Strategy } from "./translate-name.ts";

/** Names and values of labels. */
export type TranslatedLabels = readonly (readonly [string, string])[];

/** What a configuration says about names and labels. */
export interface Naming {
  readonly strategy: Strategy;
  readonly namespace: string;
  /** Put on every series that does not have them yet; names are valid already. */
  readonly externalLabels: TranslatedLabels;
  /** Whether a resource attribute becomes a label of every series. */
  readonly isConstantLabel: (key: string) => boolean;
  readonly scopeLabels: boolean;
  readonly targetInfo: boolean;
}

/** The resource attributes that are `job` and `instance`. */
export const identityKeys: ReadonlySet<string> = new Set(["service.name", "service.namespace", "service.instance.id"]);

/** The keys that choose resource attributes as labels of every series. */
export interface ConstantLabelConfig {
  readonly resource_to_telemetry_conversion: {
    readonly enabled: boolean;
    readonly exclude_service_attributes: boolean;
  };
  readonly resource_constant_labels: { readonly included: readonly string[]; readonly excluded: readonly string[] };
}

/** `Naming.isConstantLabel` of a configuration. The lists decide where there are any; a list of exceptions alone means all others. */
export function constantLabelsOf(config: ConstantLabelConfig): Naming["isConstantLabel"] {
  const { enabled, exclude_service_attributes: withoutService } = config.resource_to_telemetry_conversion;
  const included = config.resource_constant_labels.included.map(wildcard);
  const excluded = config.resource_constant_labels.excluded.map(wildcard);
  if (included.length + excluded.length === 0) return (key) => enabled && !(withoutService && identityKeys.has(key));
  return (key) =>
    (included.length === 0 || included.some((matches) => matches(key))) && !excluded.some((matches) => matches(key));
}

/** `*` stands for any text. */
function wildcard(pattern: string): (text: string) => boolean {
  const [first = "", ...rest] = pattern.split("*");
  return (text) => {
    if (rest.length === 0) return text === pattern;
    if (!text.startsWith(first)) return false;
    let at = first.length;
    for (const piece of rest.slice(0, -1)) {
      const found = text.indexOf(piece, at);
      if (found < 0) return false;
      at = found + piece.length;
    }
    const last = rest.at(-1)!;
    return text.length - last.length >= at && text.endsWith(last);
  };
}

/** The labels that a resource gives to all its series. */
export interface ResourceLabels {
  /** `job` and `instance`, as far as the resource has them. */
  readonly identity: TranslatedLabels;
  /** undefined = one of them has no valid name. */
  readonly constant: TranslatedLabels | undefined;
  /** Labels of `target_info`, sorted, name included; undefined when there is none. */
  readonly targetInfo: TranslatedLabels | undefined;
}

/** Translates a resource. */
export function resourceLabels(resource: Resource, naming: Naming): ResourceLabels {
  const text = (key: string) => {
    const found = resource.attributes.find((attribute) => attribute.key === key);
    return found === undefined ? "" : asString(found.value);
  };
  const service = text("service.name");
  const namespace = text("service.namespace");
  const instance = text("service.instance.id");
  const identity: [string, string][] = [];
  if (service !== "") identity.push(["job", namespace === "" ? service : `${namespace}/${service}`]);
  if (instance !== "") identity.push(["instance", instance]);
  const { strategy } = naming;
  const chosen = resource.attributes.filter(({ key }) => naming.isConstantLabel(key));
  const constant = translateAttributes(chosen, strategy);
  // What has no valid name cannot stand in target_info; that is no reason to do without the rest.
  const others = resource.attributes.filter(
    ({ key }) => !identityKeys.has(key) && labelName(key, strategy) !== undefined,
  );
  const wanted = naming.targetInfo && identity.length > 0 && others.length > 0;
  return {
    identity,
    constant: constant && [...constant],
    targetInfo: wanted ? targetInfoLabels(others, identity, naming) : undefined,
  };
}

function targetInfoLabels(attributes: Attributes, identity: TranslatedLabels, naming: Naming): TranslatedLabels {
  const labels = translateAttributes(attributes, naming.strategy)!;
  for (const [name, value] of identity) labels.set(name, value);
  for (const [name, value] of naming.externalLabels) if (!labels.has(name)) labels.set(name, value);
  labels.set("__name__", inNamespace("target_info", naming.namespace, naming.strategy));
  return sortedLabels(labels);
}

/**
 * Attributes as labels: keys made valid, values of keys that become one label joined by `;` in the order of the original keys.
 * undefined when nothing valid is left of a key.
 */
export function translateAttributes(attributes: Attributes, strategy: Strategy): Map<string, string> | undefined {
  const sources = translateKeys(keysOf(attributes), strategy);
  return sources && new Map(Array.from(sources, ([name, places]) => [name, valueAt(places, attributes)]));
}

/** Which attributes, by their places, each label has its value from. */
function translateKeys(keys: readonly string[], strategy: Strategy): Map<string, number[]> | undefined {
  const labels = new Map<string, number[]>();
  const ordered = [...keys.keys()];
  if (keys.length > 1) ordered.sort((a, b) => (keys[a]! < keys[b]! ? -1 : keys[a]! > keys[b]! ? 1 : 0));
  for (const place of ordered) {
    const name = labelName(keys[place]!, strategy);
    if (name === undefined) return undefined;
    const before = labels.get(name);
    if (before === undefined) labels.set(name, [place]);
    else before.push(place);
  }
  return labels;
}
function keysOf(attributes: Attributes): string[] {
  return attributes.map(({ key }) => key);
}
/** The value of a label that comes from the attributes at these places. */
export function valueAt(places: readonly number[], attributes: Attributes): string {
  if (places.length === 1) return asString(attributes[places[0]!]!.value);
  return places.map((place) => asString(attributes[place]!.value)).join(";");
}

/** Labels in the order of their names, those without a value left out. */
export function sortedLabels(labels: ReadonlyMap<string, string>): TranslatedLabels {
  return [...labels].filter(([, value]) => value !== "").sort(([a], [b]) => compareText(a, b));
}

/** The labels that all series of one point share, without `__name__`; undefined when an attribute has no valid name. */
export function pointLabels(
  metric: Metric,
  attributes: Attributes,
  resource: ResourceLabels,
  naming: Naming,
): Map<string, string> | undefined {
  const sources = labelSources(metric.scope, keysOf(attributes), resource, naming);
  if (sources === undefined) return undefined;
  const labels = new Map<string, string>();
  for (const [name, source] of sources) {
    labels.set(name, typeof source === "string" ? source : valueAt(source, attributes));
  }
  return labels;
}

/** Where a label has its value from: it is this text, or comes from the attributes at these places (see `valueAt`). */
export type LabelSource = string | readonly number[];

/** The labels that all series of points with attributes of these keys share, without `__name__`; undefined as for `pointLabels`. */
export function labelSources(
  { name, version, schemaUrl, attributes: own }: Scope,
  keys: readonly string[],
  resource: ResourceLabels,
  naming: Naming,
): Map<string, LabelSource> | undefined {
  const labels: Map<string, LabelSource> | undefined = translateKeys(keys, naming.strategy);
  if (labels === undefined || resource.constant === undefined) return undefined;
  for (const [label, value] of resource.constant) if (!labels.has(label)) labels.set(label, value);
  if (naming.scopeLabels) {
    const prefixed = own.map(({ key, value }) => ({ key: `otel_scope_${key}`, value }));
    for (const [label, value] of translateAttributes(prefixed, naming.strategy) ?? []) labels.set(label, value);
    if (name !== "") labels.set("otel_scope_name", name);
    if (version !== "") labels.set("otel_scope_version", version);
    if (schemaUrl !== "") labels.set("otel_scope_schema_url", schemaUrl);
  }
  for (const [label, value] of resource.identity) labels.set(label, value);
  for (const [label, value] of naming.externalLabels) if (!labels.has(label)) labels.set(label, value);
  return labels;
}
