import { type Attributes, type AttributeValue, attribute, sameValue } from "@sluice/data";
import { compileSearch, type Search } from "@sluice/lib-prometheus";
import { type ActionConfig, isMetadata, isSet } from "./action-schema.ts";
import { fromRaw } from "./raw-value.ts";
import { type ConvertedType, converted, hashed } from "./value.ts";

/** Values of a request's metadata, by lower-case name; several values of one name are joined. */
export type ContextValues = ReadonlyMap<string, string>;

/** A list of actions, ready to run. */
export interface Actions {
  /** Names of the metadata that actions read. */
  readonly contextKeys: readonly string[];
  /** The attributes after all actions, in their order: the same object when nothing changed. Pure. */
  apply(attributes: Attributes, context: ContextValues): Attributes;
}

type Step = (attributes: Attributes, context: ContextValues) => Attributes;

/** Makes actions that `validateActions` found nothing wrong with. */
export function compileActions(list: readonly ActionConfig[]): Actions {
  const steps = list.flatMap(stepsOf);
  const keys = list.filter(isSetter).map(({ from_context }) => contextKey(from_context));
  return {
    contextKeys: [...new Set(keys)].filter((key) => key !== "").sort(),
    apply(attributes, context) {
      let result = attributes;
      for (const step of steps) result = step(result, context);
      return result;
    },
  };
}

const isSetter = ({ action }: ActionConfig): boolean =>
  action === "insert" || action === "update" || action === "upsert";
/** The metadata's name; "" when something else of the request is meant, which nobody may pass off as metadata. */
const contextKey = (from: string): string => (isMetadata(from) ? from.replace(/^metadata\./, "").toLowerCase() : "");

function stepsOf(config: ActionConfig): Step[] {
  const { action, key, pattern } = config;
  const search = pattern === "" ? undefined : compileSearch(pattern);
  switch (action) {
    case "insert":
    case "update":
    case "upsert":
      return [setter(config)];
    case "delete":
      return byName(key, search).map((isMeant) => (attributes) => without(attributes, isMeant));
    case "hash":
      // In two steps: what both name is hashed twice, as upstream does.
      return byName(key, search).map((isMeant) => (attributes) => changed(attributes, isMeant, hashed));
    case "extract":
      return [extractor(key, search!)];
    case "convert": {
      const type = config.converted_type as ConvertedType;
      return [
        (attributes) =>
          changed(
            attributes,
            (name) => name === key,
            (value) => converted(value, type),
          ),
      ];
    }
  }
}

function byName(key: string, search: Search | undefined): ((name: string) => boolean)[] {
  const tests = key === "" ? [] : [(name: string) => name === key];
  return search === undefined ? tests : [...tests, search.test];
}

function setter(config: ActionConfig): Step {
  const { action, key } = config;
  const source = sourceOf(config);
  return (attributes, context) => {
    const isThere = attribute(attributes, key) !== undefined;
    if (isThere ? action === "insert" : action === "update") return attributes;
    const value = source(attributes, context);
    return value === undefined ? attributes : withValue(attributes, key, value);
  };
}

function sourceOf(
  config: ActionConfig,
): (attributes: Attributes, context: ContextValues) => AttributeValue | undefined {
  const { from_attribute, from_context } = config;
  if (config.value !== undefined && config.value !== null) {
    const value = fromRaw(config.value);
    return () => value;
  }
  const { default_value } = config;
  const byDefault = default_value === undefined || default_value === null ? undefined : fromRaw(default_value);
  if (isSet(config, "from_context")) {
    const name = contextKey(from_context);
    return (_, context) => context.get(name) ?? byDefault;
  }
  if (!isSet(config, "from_attribute")) return () => byDefault;
  return (attributes) => {
    const value = attribute(attributes, from_attribute);
    // The empty value, null, is one.
    return value === undefined ? byDefault : value;
  };
}

function extractor(key: string, search: Search): Step {
  return (attributes) => {
    const value = attribute(attributes, key);
    const groups = typeof value === "string" ? search.exec(value) : undefined;
    if (groups === undefined) return attributes;
    let result = attributes;
    for (let group = 1; group < groups.length; group++) {
      result = withValue(result, search.groupNames[group]!, groups[group] ?? "");
    }
    return result;
  };
}

/** Sets the first attribute of this name, or adds one. */
function withValue(attributes: Attributes, key: string, value: AttributeValue): Attributes {
  const index = attributes.findIndex((each) => each.key === key);
  if (index < 0) return [...attributes, { key, value }];
  return sameValue(attributes[index]!.value, value) ? attributes : attributes.with(index, { key, value });
}

function without(attributes: Attributes, isMeant: (name: string) => boolean): Attributes {
  return attributes.some(({ key }) => isMeant(key)) ? attributes.filter(({ key }) => !isMeant(key)) : attributes;
}

function changed(
  attributes: Attributes,
  isMeant: (name: string) => boolean,
  change: (value: AttributeValue) => AttributeValue,
): Attributes {
  let result: Attributes | undefined;
  for (const [index, { key, value }] of attributes.entries()) {
    if (!isMeant(key)) continue;
    const now = change(value);
    if (!sameValue(now, value)) result = (result ?? attributes).with(index, { key, value: now });
  }
  return result ?? attributes;
}
